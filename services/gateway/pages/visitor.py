"""Who looks at a page: whoever was given the device that holds the cookie, for themselves or for somebody else."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen, Helper, Person, is_stranger, principal_id
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.acting import mandate_of
from services.gateway.pages.look import look_of
from services.gateway.routes.access import client_of
from services.gateway.routes.acting import act_for
from services.gateway.routes.parts import Parts, Ready
from shared.events.gateway import MandateScope

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
    """Forget the device's token, and let the browser forget what it keeps of ours (W3C Clear Site Data)."""
    secure = look_of(request).secure
    response.headers["clear-site-data"] = '"storage"'
    response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


async def holder_of(request: Request, parts: Ready) -> Person | None:
    """Return the citizen or helper whose device asks, if it is one.

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
    request.state.helping = isinstance(holder, Helper)
    return holder


AnyHolder = Annotated[Person | None, Depends(holder_of)]


async def helper_of(request: Request, parts: Ready) -> Helper | None:
    """Return the helper whose device asks, if it is one; a device that was revoked may be activated anew."""
    try:
        holder = await holder_of(request, parts)
    except RefusedError as refused:
        if refused.code != "token.unknown":
            raise
        return None
    return holder if isinstance(holder, Helper) else None


AnyHelper = Annotated[Helper | None, Depends(helper_of)]


async def person_of(holder: AnyHolder) -> Person:
    """Let only devices in that somebody was given.

    Raises:
        RefusedError: `token.missing`.
    """
    if holder is None:
        raise RefusedError("token.missing")
    return holder


async def themselves(request: Request, person: Annotated[Person, Depends(person_of)]) -> Person:
    """Let only those in who ask for themselves.

    Raises:
        RefusedError: `mandate.not_covered`.
    """
    if mandate_of(request):
        raise RefusedError("mandate.not_covered")
    return person


async def guest_of(request: Request, holder: AnyHolder) -> Citizen | None:
    """Return the citizen who asks for themselves, if it is one.

    Raises:
        RefusedError: `mandate.not_covered`: this page is nobody else's to open.
    """
    if mandate_of(request):
        raise RefusedError("mandate.not_covered")
    return holder if isinstance(holder, Citizen) else None


async def visitor_of(guest: Annotated[Citizen | None, Depends(guest_of)]) -> Citizen:
    """Let only activated devices in.

    Raises:
        RefusedError: `token.missing`.
    """
    if guest is None:
        raise RefusedError("token.missing")
    return guest


def _may(*scopes: MandateScope) -> Callable[..., Awaitable[Citizen]]:
    async def allowed(request: Request, parts: Ready, person: Annotated[Person, Depends(person_of)]) -> Citizen:
        if mandate_id := mandate_of(request):
            return await act_for(request, parts, person, mandate_id, scopes)
        return await visitor_of(await guest_of(request, person))

    return allowed


async def _count(request: Request, parts: Parts, person: Person) -> None:
    request.state.principal = principal_id(person)
    request.state.stranger = is_stranger(person)
    request.state.device_id = person.device_id
    request.state.standing = await parts.rates.hit("citizen", request.state.principal)


Guest = Annotated[Citizen | None, Depends(guest_of)]
Visitor = Annotated[Citizen, Depends(visitor_of)]
"""A citizen, for themselves alone. The others may also be reached for somebody else, within a mandate."""
AnyPerson = Annotated[Person, Depends(themselves)]
Uploader = Annotated[Citizen, Depends(_may("upload"))]
Reader = Annotated[Citizen, Depends(_may("read"))]
Viewer = Annotated[Citizen, Depends(_may("read", "upload"))]
Arranger = Annotated[Citizen, Depends(_may("appointments"))]
AnyActor = Annotated[Citizen, Depends(_may("read", "upload", "appointments"))]
