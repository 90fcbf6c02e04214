"""Who may come in: a bearer token leads to a citizen's device, a tool or a supplier; everyone else stays outside."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.gateway.domain.access import (
    Ask,
    Citizen,
    Helper,
    Person,
    Principal,
    idempotency_key,
    is_stranger,
    principal_id,
    traceparent,
)
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.parts import Parts, Ready
from shared.partners import Supplier, Tool, hash_token
from shared.serving.addresses import counted_as

DEVICE = HTTPBearer(auto_error=False, scheme_name="device", description="The token of an activated device.")
_TOOL = HTTPBearer(auto_error=False, scheme_name="tool", description="The token of a caseworker tool.")
_SUPPLIER = HTTPBearer(auto_error=False, scheme_name="supplier", description="The token of a supplier.")

Credentials = HTTPAuthorizationCredentials | None
P = TypeVar("P", bound=Principal)
Guard = Callable[[Request, Parts, Credentials], Awaitable[P]]


def client_of(request: Request) -> str:
    """Return what counts as one client; behind a trusted proxy it is the address that the proxy names."""
    return counted_as(request.client.host if request.client else "")


async def _principal(request: Request, parts: Parts, credentials: Credentials) -> Principal:
    if credentials is None:
        raise RefusedError("token.missing")
    token, partners = credentials.credentials, parts.partners.current()
    partner = partners.tool_of(token) or partners.supplier_of(token)
    if partner is None:
        return await person_with(token, request, parts)
    request.state.principal = principal_id(partner)
    rate = "tool" if isinstance(partner, Tool) else "supplier"
    request.state.standing = await parts.rates.hit(rate, request.state.principal)
    return partner


async def person_with(token: str, request: Request, parts: Parts) -> Person:
    """Return whose device holds a token. What is counted is counted before the database is asked.

    Raises:
        RefusedError: `token.unknown`; `rate.exceeded`, by this person, or by all unknown tokens of this address.
    """
    digest, address = hash_token(token), client_of(request)
    seen = parts.tokens.principal_of(digest)
    if seen is None:
        await parts.rates.check("unknown", address)
    if seen:
        request.state.standing = await parts.rates.hit("citizen", seen)
    with parts.tokens.looked_up(digest, address):
        person = await parts.stores.people.holder_of(token)
    if person is None:
        parts.tokens.forget(digest)
        await parts.rates.hit("unknown", address)  # failures only: others come in from the same address
        raise RefusedError("token.unknown")
    request.state.principal = principal_id(person)
    request.state.stranger = is_stranger(person)
    parts.tokens.keep(digest, request.state.principal)
    if not seen:
        request.state.standing = await parts.rates.hit("citizen", request.state.principal)
    return person


async def as_citizen(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(DEVICE)]) -> Citizen:
    """Let a citizen's device in, for the citizen alone: who acts for somebody else is let in by `acting.py`.

    Raises:
        RefusedError: no token, an unknown one, somebody else's, or too many requests.
    """
    if "acting-for" in request.headers:
        await as_person(request, parts, credentials)
        raise RefusedError("mandate.not_covered")
    return await _as_oneself(request, parts, credentials)


def _only(scheme: HTTPBearer, *roles: type[P]) -> Guard[P]:
    """Return the guard that lets in who has one of some roles."""

    async def allowed(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(scheme)]) -> P:
        holder = await _principal(request, parts, credentials)
        if not isinstance(holder, roles):
            raise RefusedError("token.other_role")
        return holder

    return allowed


as_person: Guard[Person] = _only(DEVICE, Citizen, Helper)
_as_oneself = _only(DEVICE, Citizen)


AsCitizen = Annotated[Citizen, Depends(as_citizen)]
AsPerson = Annotated[Person, Depends(as_person)]
AsTool = Annotated[Tool, Depends(_only(_TOOL, Tool))]
AsSupplier = Annotated[Supplier, Depends(_only(_SUPPLIER, Supplier))]


def ask_of(request: Request, digest: str) -> Ask:
    """Return what tells a repeated creating request from a new one; `digest` is the hash of what it asks for.

    Raises:
        RefusedError: it has no Idempotency-Key, or an unfit one.
    """
    return Ask(
        principal=request.state.principal,
        key=idempotency_key(request.headers.get("idempotency-key")),
        route=f"{request.method} {request.url.path}",
        digest=digest,
        traceparent=traceparent(request.headers.get("traceparent")),
    )
