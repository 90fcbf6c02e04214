"""Who looks at a page: the citizen whose device holds the cookie that activation set."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen, principal_id
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.look import look_of
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts, Ready

KEPT_S = 400 * 24 * 3600
"""The longest a browser keeps a cookie (RFC 6265bis, 5.5)."""


def cookie_name(*, secure: bool) -> str:
    """Return the name of the cookie; `__Host-` keeps other hosts from setting it, and needs HTTPS."""
    return "__Host-amtsbote" if secure else "amtsbote"


def let_in(request: Request, response: Response, token: str) -> None:
    """Keep the device's token where no script can read it.

    Lax and not strict: a link in a message of ours must lead in; `origin.py` guards the forms.
    """
    secure = look_of(request).secure
    name = cookie_name(secure=secure)
    response.set_cookie(name, token, max_age=KEPT_S, path="/", secure=secure, httponly=True, samesite="lax")


def let_out(request: Request, response: Response) -> None:
    """Forget the device's token."""
    secure = look_of(request).secure
    response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


async def guest_of(request: Request, parts: Ready) -> Citizen | None:
    """Return the citizen whose device asks, if it is one.

    Raises:
        RefusedError: `token.unknown`: the device was revoked; or too many requests.
    """
    token = request.cookies.get(cookie_name(secure=look_of(request).secure))
    if not token:
        return None
    holder = await parts.stores.people.holder_of(token)
    if holder is None:
        await parts.rates.hit("unknown", client_of(request))
        raise RefusedError("token.unknown")
    await _count(request, parts, holder)
    return holder


async def visitor_of(guest: Annotated[Citizen | None, Depends(guest_of)]) -> Citizen:
    """Let only activated devices in.

    Raises:
        RefusedError: `token.missing`.
    """
    if guest is None:
        raise RefusedError("token.missing")
    return guest


async def _count(request: Request, parts: Parts, citizen: Citizen) -> None:
    request.state.principal = principal_id(citizen)
    request.state.standing = await parts.rates.hit("citizen", request.state.principal)


Guest = Annotated[Citizen | None, Depends(guest_of)]
Visitor = Annotated[Citizen, Depends(visitor_of)]
