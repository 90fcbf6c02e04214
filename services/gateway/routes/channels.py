"""Channels: how a citizen wishes to be told outside the app; chosen, tried and ended by them alone."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Answer, Ask, Citizen
from services.gateway.domain.channels import mailbox_of, parse_address
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import AsCitizen, ask_of, client_of
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.schemas.channels import (
    BrowserWish,
    ChannelCode,
    ChannelList,
    ChannelShown,
    ChannelWish,
    MailboxWish,
)
from shared.events.event import Id

router = APIRouter(tags=["channels"])
PATH = "/v1/channels"


@router.get(PATH, summary="How I am told, and what is offered", responses=problems(401, 403))
async def show_all(citizen: AsCitizen, parts: Ready) -> ChannelList:
    """Show all channels."""
    found = await parts.stores.channels.of_citizen(citizen.citizen_id)
    items = tuple(ChannelShown.of(channel) for channel in found)
    return ChannelList(items=items, email_offered=parts.offered.email, push_key=parts.offered.push_key)


@router.post(
    PATH,
    status_code=201,
    response_model=ChannelShown,
    summary="Be told by e-mail or in a browser",
    responses=problems(400, 401, 403, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def add(request: Request, wish: ChannelWish, citizen: AsCitizen, parts: Ready, language: InLanguage) -> Response:
    """Open a channel; one by e-mail is `pending` until the code that goes there comes back."""
    ask = ask_of(request, digest_of(wish))
    answer = await opened(request, ask, wish, citizen, parts, language)
    address = parse_address(wish.address) if isinstance(wish, MailboxWish) else None
    return respond(replace(answer, body={**answer.body, "address": address}))


@router.post(
    PATH + "/{channel_id}/confirmation", summary="Confirm an address", responses=problems(400, 401, 403, 404, 422)
)
async def confirm(channel_id: Id, asked: ChannelCode, citizen: AsCitizen, parts: Ready) -> ChannelShown:
    """Use the code from the e-mail: it works once, for a day, and may be mistyped a few times."""
    return ChannelShown.of(await parts.stores.channels.confirm(channel_id, citizen.citizen_id, asked.code))


@router.post(
    PATH + "/{channel_id}/test",
    status_code=202,
    response_class=Response,
    summary="Send a test message",
    responses=problems(401, 403, 404, 409),
)
async def test(request: Request, channel_id: Id, citizen: AsCitizen, parts: Ready) -> Response:
    """Send a message that says no more than that messages arrive; repeated, it may arrive twice."""
    await try_out(request, channel_id, citizen, parts)
    return Response(status_code=202)


@router.delete(
    PATH + "/{channel_id}",
    status_code=204,
    summary="Be told no more",
    responses=problems(401, 403, 404),
)
async def end(channel_id: Id, citizen: AsCitizen, parts: Ready) -> None:
    """Switch a channel off, and forget its address."""
    await parts.stores.channels.end(channel_id, citizen.citizen_id)


async def opened(  # noqa: PLR0917 - who asks for what, and in which language
    request: Request, ask: Ask, wish: ChannelWish, citizen: Citizen, parts: Parts, language: str
) -> Answer:
    """Open a channel.

    Raises:
        RefusedError: `channel.not_offered`, `channel.exists`, `channel.address`, `channel.push_service`, or too many
            codes asked for.
    """
    if answer := await parts.stores.acts.first_answer(ask):
        return answer
    if isinstance(wish, BrowserWish):
        if not parts.offered.push_key:
            raise RefusedError("channel.not_offered")
        if not parts.offered.push_services.service_of(wish.endpoint):
            raise RefusedError("channel.push_service")
        return await parts.stores.channels.add_browser(ask, citizen, wish.subscription, language)
    if not parts.offered.email:
        raise RefusedError("channel.not_offered")
    address = parse_address(wish.address)
    await _count(request, address, parts)
    return await parts.stores.channels.add_mailbox(ask, citizen, address, language)


async def try_out(request: Request, channel_id: str, citizen: Citizen, parts: Parts) -> None:
    """Send a test message.

    Raises:
        RefusedError: `channel.missing`, `channel.unconfirmed`, `rate.exceeded`, `mail.too_many`.
    """
    channel = await parts.stores.channels.one(channel_id, citizen.citizen_id)
    await _count(request, channel.address, parts)
    await parts.stores.channels.test(channel_id, citizen.citizen_id)


async def _count(request: Request, address: str | None, parts: Parts) -> None:
    """Count a message that somebody has sent, and a mail also by whom it reaches: they may have asked for none.

    Raises:
        RefusedError: `rate.exceeded`, `mail.too_many`.
    """
    rates, counts, digest = parts.rates, parts.stores.counts, parts.links.digest
    request.state.standing = await rates.hit("channel", request.state.principal)
    await counts.take(rates.most("channel"), digest(request.state.principal))
    if address is None:
        return
    if request.state.stranger:
        await counts.take(rates.most("mail_newcomer", "mail.too_many"), digest(client_of(request)))
    await counts.take(rates.most("mail_target", "mail.too_many"), digest(mailbox_of(address)))
