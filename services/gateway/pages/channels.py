"""How we tell you: e-mail and this browser, each on or off at any time, and the link in a mail that ends it."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf, ask_of
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Visitor
from services.gateway.routes.channels import opened, try_out
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.channels import BrowserWish, ChannelWish, MailboxWish, SubscriptionKeys
from shared.events.event import Id
from shared.ids import new_id

router = APIRouter()
PATH = "/channels"
OFF = "/off/"
"""What a mail's link begins with; mail programs post to it by themselves (RFC 8058), from no page of ours."""


@router.get(PATH)
async def show(request: Request, citizen: Visitor, parts: Ready, sent: str = "") -> Response:
    """Show every channel, and what can be had."""
    return await _show(request, citizen, parts, sent=sent)


@router.post(PATH + "/email")
async def add_mailbox(request: Request, citizen: Visitor, filled: FormOf, parts: Ready) -> Response:
    """Send a code to an address."""
    if filled.only_language:
        return await _show(request, citizen, parts, filled=filled)
    try:
        wish = MailboxWish(kind="email", address=filled.get("address"))
        await _open(request, wish, citizen, filled, parts)
    except (RefusedError, ValidationError) as error:
        refused = error if isinstance(error, RefusedError) else RefusedError("channel.address")
        return await _show(request, citizen, parts, filled=filled, problem=refused)
    return leave_for(request, f"{PATH}#email")


@router.post(PATH + "/push")
async def add_browser(request: Request, citizen: Visitor, filled: FormOf, parts: Ready) -> Response:
    """Keep the subscription that this browser made."""
    try:
        keys = SubscriptionKeys(p256dh=filled.get("p256dh"), auth=filled.get("auth"))
        wish = BrowserWish(kind="push", endpoint=filled.get("endpoint"), keys=keys)
    except ValidationError as error:
        raise RefusedError("request.invalid") from error
    try:
        await _open(request, wish, citizen, filled, parts)
    except RefusedError as refused:
        return await _show(request, citizen, parts, problem=refused)
    return leave_for(request, f"{PATH}#push")


@router.post(PATH + "/{channel_id}/confirm")
async def confirm(request: Request, channel_id: Id, citizen: Visitor, filled: FormOf, parts: Ready) -> Response:
    """Use the code from the e-mail."""
    if filled.only_language:
        return await _show(request, citizen, parts, filled=filled)
    try:
        await parts.stores.channels.confirm(channel_id, citizen.citizen_id, filled.get("code"))
    except RefusedError as refused:
        return await _show(request, citizen, parts, filled=filled, problem=refused)
    return leave_for(request, f"{PATH}#email")


@router.post(PATH + "/{channel_id}/test")
async def test(request: Request, channel_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """Send a test message."""
    try:
        await try_out(request, channel_id, citizen, parts)
    except RefusedError as refused:
        return await _show(request, citizen, parts, problem=refused)
    return leave_for(request, f"{PATH}?sent={channel_id}")


@router.post(PATH + "/{channel_id}/language")
async def speak(request: Request, channel_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """Write in the language this page has from now on."""
    await parts.stores.channels.speak(channel_id, citizen.citizen_id, language_of(request))
    return leave_for(request, PATH)


@router.post(PATH + "/{channel_id}/off")
async def end(request: Request, channel_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """Switch a channel off."""
    await parts.stores.channels.end(channel_id, citizen.citizen_id)
    return leave_for(request, PATH)


@router.get(OFF + "{link}")
async def ask_off(request: Request, link: str, parts: Ready) -> Response:
    """Ask whether to switch a channel off: a program that follows every link in a mail does so, too."""
    _channel_of(link, parts)
    return page(request, "off.html", link=link, done=False)


@router.post(OFF + "{link}")
async def off(request: Request, link: str, parts: Ready) -> Response:
    """Switch a channel off, for whoever holds the mail; done twice, it is off as well."""
    try:
        await parts.stores.channels.end(_channel_of(link, parts))
    except RefusedError as refused:
        if refused.code != "channel.missing":
            raise
    return page(request, "off.html", link=link, done=True)


def _channel_of(link: str, parts: Parts) -> str:
    try:
        return parts.links.read_off(link)
    except ValueError as error:
        raise RefusedError("route.missing") from error


async def _open(request: Request, wish: ChannelWish, citizen: Citizen, filled: Filled, parts: Parts) -> None:
    await opened(request, ask_of(request, filled), wish, citizen, parts, language_of(request))


async def _show(
    request: Request,
    citizen: Citizen,
    parts: Parts,
    *,
    filled: Filled = NOTHING_TYPED,
    problem: RefusedError | None = None,
    **values: Any,
) -> Response:
    found = await parts.stores.channels.of_citizen(citizen.citizen_id)
    return page(
        request,
        "channels.html",
        problem.status if problem else 200,
        mailbox=next((channel for channel in found if channel.kind == "email"), None),
        browsers=[channel for channel in found if channel.kind == "push"],
        own=citizen.device_id,
        offered=parts.offered,
        filled=filled,
        problem=problem,
        sent=values.get("sent", ""),
        fresh_key=new_id(),
    )
