"""Uploads that survive a bad network: a page in parts, by the tus protocol."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.gateway.domain.transfers import PART_TYPE, VERSION
from services.gateway.routes.acting import MayUpload
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import Ready
from services.gateway.routes.tus import Tus, abilities, speak
from services.gateway.schemas.shown import TransferShown
from shared.events.event import Id

PATH = "/v1/uploads"
router = APIRouter(tags=["pages"], dependencies=[Depends(speak)])


def _header(name: str, about: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": about,
        "schema": {"type": "string", **schema},
    }


_VERSION = _header("Tus-Resumable", "The version of the protocol.", const=VERSION)
_CHECKSUM = _header("Upload-Checksum", "Algorithm and hash of this part, e.g. `sha256 <base64>`.", required=False)
_LENGTH = _header("Upload-Length", "Size of the file in bytes.", pattern="^[0-9]+$")
_OFFSET = _header(
    "Upload-Offset", "Where this part begins, in bytes: as much as was answered last.", pattern="^[0-9]+$"
)
_PART = {"content": {PART_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
_CREATE = {"parameters": [_VERSION, _LENGTH, *IDEMPOTENT["parameters"]], "requestBody": {"required": False, **_PART}}
_APPEND = {"parameters": [_VERSION, _OFFSET, _CHECKSUM], "requestBody": {"required": True, **_PART}}


def _told(status: int, about: str, *names: str) -> dict[int | str, dict[str, Any]]:
    headers = {name: {"schema": {"type": "string"}} for name in ("Tus-Resumable", *names)}
    return {status: {"description": about, "headers": headers}}


@router.options(PATH, status_code=204, summary="What of tus is understood", responses=problems(412))
async def options(parts: Ready) -> Response:
    """Say version, extensions and the largest file."""
    return abilities(parts)


@router.post(
    PATH,
    status_code=201,
    response_class=Response,
    summary="Begin an upload in parts",
    responses=_told(201, "Begun at `Location`", "Location", "Upload-Offset", "Upload-Expires", "X-Page")
    | problems(400, 401, 403, 408, 409, 412, 413, 415, 422, 460),
    openapi_extra=_CREATE,
)
async def create(request: Request, citizen: MayUpload, parts: Ready) -> Response:
    """Begin; the first part may come along. What the file is called is not kept."""
    return await Tus(request, citizen, parts).create(PATH)


@router.patch(
    PATH + "/{upload_id}",
    status_code=204,
    response_class=Response,
    summary="Send the next part",
    responses=_told(204, "Durable up to `Upload-Offset`", "Upload-Offset", "Upload-Expires", "X-Page")
    | problems(400, 401, 403, 404, 408, 409, 410, 412, 413, 415, 422, 460),
    openapi_extra=_APPEND,
)
async def append(request: Request, upload_id: Id, citizen: MayUpload, parts: Ready) -> Response:
    """Keep a part; the last one makes the file the page `X-Page`."""
    return await Tus(request, citizen, parts).append(upload_id)


@router.get(
    PATH + "/{upload_id}",
    summary="How much of an upload is here",
    responses=problems(401, 403, 404, 410, 412, 415, 422),
)
async def show(request: Request, response: Response, upload_id: Id, citizen: MayUpload, parts: Ready) -> TransferShown:
    """Say where to go on; HEAD says it in headers alone, as the protocol asks for."""
    tus = Tus(request, citizen, parts)
    response.headers.update((await tus.state(upload_id)).headers)
    del response.headers["content-length"]
    return TransferShown.of(await tus.of(upload_id))


@router.delete(
    PATH + "/{upload_id}",
    status_code=204,
    response_class=Response,
    summary="End an upload",
    responses=_told(204, "Forgotten") | problems(401, 403, 404, 410, 412),
    openapi_extra={"parameters": [_VERSION]},
)
async def end(request: Request, upload_id: Id, citizen: MayUpload, parts: Ready) -> Response:
    """Forget what is here of an upload; the page that it became stays."""
    return await Tus(request, citizen, parts).end(upload_id)
