"""The answers to creating requests, and what tells two such requests apart."""

import hashlib

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from services.gateway.domain.access import Answer


def respond(answer: Answer) -> Response:
    """Return the HTTP form of an answer."""
    headers = {"location": answer.location} if answer.location else {}
    return JSONResponse(answer.body, answer.status, headers)


def digest_of(body: BaseModel) -> str:
    """Return the hash of what a request asks for; spacing and order of its JSON do not count."""
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()
