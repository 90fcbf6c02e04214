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
from shared.partners import Supplier, Tool
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
    holder = partners.tool_of(token) or partners.supplier_of(token) or await parts.stores.people.holder_of(token)
    if holder is None:
        await parts.rates.hit("unknown", client_of(request))  # only now: others come in from the same address
        raise RefusedError("token.unknown")
    request.state.principal = principal_id(holder)
    request.state.stranger = is_stranger(holder)
    return holder


async def as_citizen(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(DEVICE)]) -> Citizen:
    """Let a citizen's device in, for the citizen alone: who acts for somebody else is let in by `acting.py`.

    Raises:
        RefusedError: no token, an unknown one, somebody else's, or too many requests.
    """
    if "acting-for" in request.headers:
        await as_person(request, parts, credentials)
        raise RefusedError("mandate.not_covered")
    return await _as_oneself(request, parts, credentials)


def _only(scheme: HTTPBearer, rate: str, *roles: type[P]) -> Guard[P]:
    """Return the guard that lets in who has one of some roles, counted by a rate."""

    async def allowed(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(scheme)]) -> P:
        holder = await _principal(request, parts, credentials)
        if not isinstance(holder, roles):
            raise RefusedError("token.other_role")
        request.state.standing = await parts.rates.hit(rate, request.state.principal)
        return holder

    return allowed


as_person: Guard[Person] = _only(DEVICE, "citizen", Citizen, Helper)
_as_oneself = _only(DEVICE, "citizen", Citizen)


AsCitizen = Annotated[Citizen, Depends(as_citizen)]
AsPerson = Annotated[Person, Depends(as_person)]
AsTool = Annotated[Tool, Depends(_only(_TOOL, "tool", Tool))]
AsSupplier = Annotated[Supplier, Depends(_only(_SUPPLIER, "supplier", Supplier))]


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
