"""Login by an identity provider: there by a form of ours, and back to where one was."""

import secrets

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.client.openid import CALLBACK, OpenIdProvider
from services.gateway.domain.access import Citizen, Helper, Person
from services.gateway.domain.logins import Identity, Known, way_in
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import FormOf
from services.gateway.pages.look import look_of
from services.gateway.pages.newcomers import ERRANDS, LEADS_TO, begin
from services.gateway.pages.origin import way_back
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import AnyHolder, Guest, let_in
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.store.logins import TAKES_AT_MOST
from shared.ids import new_id

router = APIRouter()
PATH = "/login"


@router.post(PATH)
async def leave(request: Request, _: Guest, filled: FormOf, parts: Ready) -> Response:
    """Send the browser to the provider.

    Not by a redirect: it would answer a form, and the pages' policy keeps forms from leading elsewhere.
    """
    provider = _provider(parts)
    request.state.standing = await parts.rates.hit("activation", client_of(request))
    attempt, address = await provider.begin(way_back(filled.get("next")))
    browser = secrets.token_urlsafe(32)
    await parts.stores.logins.begin(attempt, browser)
    response = page(request, "login.html", login=provider, address=address)
    response.headers["refresh"] = f"0;url={address}"
    _remember(request, response, browser)
    return response


@router.get(CALLBACK)
async def arrive(  # noqa: PLR0917 - what FastAPI hands over
    request: Request,
    _: Guest,
    holder: AnyHolder,
    parts: Ready,
    code: str = "",
    state: str = "",
    error: str = "",
) -> Response:
    """Let somebody in whom the provider sent back, or say why not."""
    provider = _provider(parts)
    request.state.standing = await parts.rates.hit("activation", client_of(request))
    if error == "access_denied":
        raise RefusedError("login.cancelled")
    attempt = await parts.stores.logins.claim(state, request.cookies.get(_cookie(request), ""))
    if error or not code:
        raise RefusedError("login.failed")
    identity = await provider.finish(attempt, code)
    back, token = await _enter(request, identity, holder, attempt.back, parts)
    response = leave_for(request, back)
    if token:
        let_in(request, response, token)
    secure = look_of(request).secure
    response.delete_cookie(_cookie(request), path="/", secure=secure, httponly=True, samesite="lax")
    return response


async def _enter(
    request: Request, identity: Identity, holder: Person | None, back: str, parts: Parts
) -> tuple[str, str | None]:
    """Return where to go, and the token of a new device if this makes one."""
    logins, guest = parts.stores.logins, holder if isinstance(holder, Citizen) else None
    known = await _known(await logins.citizen_of(identity), parts)
    theirs = await _known(guest.citizen_id if guest else None, parts)
    way = way_in(known, theirs)
    if way == "start":
        return await _start(request, identity, holder, back, parts)
    if way == "link" and theirs:
        await logins.link(identity, theirs.citizen_id, known.citizen_id if known else None)
        if theirs.provisional:
            await parts.stores.newcomers.vouch(theirs.citizen_id, identity.person)
    if way == "sign_in" and known:
        return back, await _sign_in(holder, known, parts)
    return back, None


async def _sign_in(holder: Person | None, known: Known, parts: Parts) -> str | None:
    """Let a citizen in on a device; who helps others with it goes on doing so."""
    if isinstance(holder, Helper):
        await parts.stores.people.own(holder, known.citizen_id, newcomer=known.provisional)
        return None
    helper_id = holder.helper_id if holder else None
    citizen = Citizen(known.citizen_id, new_id(), helper_id=helper_id, newcomer=known.provisional)
    return await parts.stores.people.admit(citizen)


async def _start(
    request: Request, identity: Identity, holder: Person | None, back: str, parts: Parts
) -> tuple[str, str | None]:
    """Let somebody start whom we do not know; what they came for is the form they came from."""
    errand = ERRANDS.get(back.rpartition("/")[2], "hand_in")
    citizen, token = await begin(request, holder, identity.person, errand, secrets.token_urlsafe(32))
    await parts.stores.logins.link(identity, citizen.citizen_id)
    return LEADS_TO[errand], token


async def _known(citizen_id: str | None, parts: Parts) -> Known | None:
    if citizen_id is None:
        return None
    newcomer = await parts.stores.newcomers.find(citizen_id)
    return Known(citizen_id, newcomer is not None and newcomer.state != "new")


def _provider(parts: Parts) -> OpenIdProvider:
    if parts.login is None:
        raise RefusedError("route.missing")
    return parts.login


def _cookie(request: Request) -> str:
    return "__Host-amtsbote-login" if look_of(request).secure else "amtsbote-login"


def _remember(request: Request, response: Response, browser: str) -> None:
    """Tie the attempt to this browser: nobody can make another one finish it (login CSRF)."""
    age, secure = int(TAKES_AT_MOST.total_seconds()), look_of(request).secure
    response.set_cookie(_cookie(request), browser, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")
