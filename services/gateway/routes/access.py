"""Who may come in: a bearer token leads to a citizen's device, a tool or a supplier; everyone else stays outside."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.gateway.domain.access import (
    Ask,
    Citizen,
    Helper,
    Person,
    Principal,
    idempotency_key,
    principal_id,
    traceparent,
)
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.parts import Parts, Ready
from shared.partners import Supplier, Tool

DEVICE = HTTPBearer(auto_error=False, scheme_name="device", description="The token of an activated device.")
_TOOL = HTTPBearer(auto_error=False, scheme_name="tool", description="The token of a caseworker tool.")
_SUPPLIER = HTTPBearer(auto_error=False, scheme_name="supplier", description="The token of a supplier.")

Credentials = HTTPAuthorizationCredentials | None
SUBNET = 64
"""An IPv6 client has a whole network of addresses; what counts is the network."""


def client_of(request: Request) -> str:
    """Return what counts as one client: an IPv4 address, or an IPv6 network; who has none shares one count.

    Behind a trusted proxy it is the address that the proxy names.
    """
    try:
        ip = ip_address(request.client.host if request.client else "")
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv4Address) or ip.ipv4_mapped:
        return str(getattr(ip, "ipv4_mapped", None) or ip)
    return str(ip_network((ip, SUBNET), strict=False))


async def _principal(request: Request, parts: Parts, credentials: Credentials) -> Principal:
    if credentials is None:
        raise RefusedError("token.missing")
    token, partners = credentials.credentials, parts.partners.current()
    holder = partners.tool_of(token) or partners.supplier_of(token) or await parts.stores.people.holder_of(token)
    if holder is None:
        await parts.rates.hit("unknown", client_of(request))  # only now: others come in from the same address
        raise RefusedError("token.unknown")
    request.state.principal = principal_id(holder)
    return holder


async def _count(request: Request, parts: Parts, rate: str) -> None:
    request.state.standing = await parts.rates.hit(rate, request.state.principal)


async def as_citizen(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(DEVICE)]) -> Citizen:
    """Let a citizen's device in, for the citizen alone: who acts for somebody else is let in by `acting.py`.

    Raises:
        RefusedError: no token, an unknown one, somebody else's, or too many requests.
    """
    if "acting-for" in request.headers:
        raise RefusedError("mandate.not_covered")
    holder = await _principal(request, parts, credentials)
    if not isinstance(holder, Citizen):
        raise RefusedError("token.other_role")
    await _count(request, parts, "citizen")
    return holder


async def as_person(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(DEVICE)]) -> Person:
    """Let the device of a citizen or a helper in.

    Raises:
        RefusedError: as for citizens.
    """
    holder = await _principal(request, parts, credentials)
    if not isinstance(holder, (Citizen, Helper)):
        raise RefusedError("token.other_role")
    await _count(request, parts, "citizen")
    return holder


async def as_tool(request: Request, parts: Ready, credentials: Annotated[Credentials, Security(_TOOL)]) -> Tool:
    """Let a caseworker tool in.

    Raises:
        RefusedError: as for citizens.
    """
    holder = await _principal(request, parts, credentials)
    if not isinstance(holder, Tool):
        raise RefusedError("token.other_role")
    await _count(request, parts, "tool")
    return holder


async def as_supplier(
    request: Request, parts: Ready, credentials: Annotated[Credentials, Security(_SUPPLIER)]
) -> Supplier:
    """Let a supplier in.

    Raises:
        RefusedError: as for citizens.
    """
    holder = await _principal(request, parts, credentials)
    if not isinstance(holder, Supplier):
        raise RefusedError("token.other_role")
    await _count(request, parts, "supplier")
    return holder


AsCitizen = Annotated[Citizen, Depends(as_citizen)]
AsPerson = Annotated[Person, Depends(as_person)]
AsTool = Annotated[Tool, Depends(as_tool)]
AsSupplier = Annotated[Supplier, Depends(as_supplier)]


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
