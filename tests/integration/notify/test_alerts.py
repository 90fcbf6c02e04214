"""Alerts reach the tools of a team, each by its own login, and everybody who keeps a view of them."""

import json
from datetime import timedelta
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused

from shared.events.callback import CallbackOverdue, CallbackPromised
from shared.events.gateway import CitizenUnreached
from shared.events.notify import AlertRaised
from shared.events.upload import DocumentFailed, TypeSuggestion
from shared.ids import new_id
from shared.service import Service
from tests.integration.notify.conftest import Place
from tests.integration.notify.world import Document, World, now

pytestmark = pytest.mark.live


async def next_alert(amqp_url: str, queue: str) -> dict[str, Any]:
    """Take one alert off a tool's queue with the tool's own login."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        tools = await channel.get_queue(queue, ensure=False)
        async with tools.iterator(timeout=20) as messages:
            message = await anext(messages)
            await message.ack()
    event: dict[str, Any] = json.loads(message.body)
    return event


async def test_teams_are_told_of_each_version_once_and_never_of_an_older_one_afterwards(events: World) -> None:
    """A page taken again alerts anew; a version that comes late, or comes twice, is let pass."""
    document = Document()
    versions = [await events.filed(document, version=version) for version in (1, 2, 3)]
    await events.happen(versions[1])
    await events.until(AlertRaised, about_id=document.document_id, kind="power_cut")
    await events.happen(versions[0])
    await events.happen(versions[2])
    await events.until_true(lambda: len(events.all(AlertRaised, about_id=document.document_id, kind="power_cut")) > 1)
    last = Document()
    await events.happen(await events.filed(last))
    await events.until(AlertRaised, about_id=last.document_id)
    assert len(events.all(AlertRaised, about_id=document.document_id)) == 2


async def test_an_alert_reaches_the_teams_tools_and_the_views_with_one_id(events: World, place: Place) -> None:
    """A power-cut letter becomes one early alert: on the team's queue and on the exchange of events."""
    tool, other, document = place.add_tool("power_cut"), place.add_tool("placement"), Document()
    await events.happen(await events.filed(document))
    event = await next_alert(tool["amqp_url"], tool["queue"])
    seen = await events.until(AlertRaised, about_id=document.document_id)
    assert AlertRaised.model_validate(event["data"]) == seen
    assert (seen.kind, seen.reason) == ("power_cut", "sperrandrohung")
    assert seen.due_at - seen.raised_at == timedelta(hours=4)
    contract = TypeSuggestion(type="arbeitsvertrag", confidence=0.8)
    await events.happen(await events.filed(Document(), types=(contract,)))
    assert (await next_alert(other["amqp_url"], other["queue"]))["data"]["kind"] == "document_filed"


async def test_every_kind_of_news_becomes_its_alert(events: World) -> None:
    """A failed document and a promised or overdue callback alert the right team about the right thing."""
    document_id, promised, overdue, citizen_id = new_id(), new_id(), new_id(), new_id()
    called = {"citizen_id": citizen_id, "team": "placement"}
    window = {"window_start": now(), "window_end": now() + timedelta(hours=2)}
    await events.happen(
        DocumentFailed(document_id=document_id, citizen_id=citizen_id, reason="page.undecodable", failed_at=now()),
        CallbackPromised.model_validate(called | window | {"callback_id": promised, "topic": "work", "language": "de"}),
        CallbackOverdue.model_validate(
            called | {"callback_id": overdue, "reason": "window_passed", "overdue_at": now()}
        ),
    )
    failed = await events.until(AlertRaised, about_id=document_id)
    assert (failed.kind, failed.team, failed.reason) == ("document_failed", "benefits", "page.undecodable")
    alert = await events.until(AlertRaised, about_id=promised)
    assert (alert.kind, alert.team, alert.reason) == ("callback_promised", "placement", "work")
    alert = await events.until(AlertRaised, about_id=overdue)
    assert (alert.kind, alert.team, alert.reason) == ("callback_overdue", "placement", "window_passed")


async def test_a_citizen_whom_nothing_reaches_comes_before_a_team(events: World, place: Place) -> None:
    """The tool of the default team hears of whom by an id, and of no address."""
    tool, citizen_id = place.add_tool("benefits"), new_id()
    await events.happen(
        CitizenUnreached(citizen_id=citizen_id, topic="asked", reason="mailbox_refused", failed_at=now())
    )
    seen = await events.until(AlertRaised, about_id=citizen_id)
    assert (seen.team, seen.kind, seen.reason) == ("benefits", "citizen_unreached", "mailbox_refused")
    while (await next_alert(tool["amqp_url"], tool["queue"]))["data"]["about_id"] != citizen_id:
        continue  # what other tests told the same team


async def attempt(act: str, channel: AbstractChannel, mine: str, theirs: str) -> None:
    """Try what a tool has no right to."""
    queue = await channel.get_queue(mine, ensure=False)
    match act:
        case "read another queue":
            await (await channel.get_queue(theirs, ensure=False)).get(timeout=5)
        case "read a service's queue":
            await (await channel.get_queue("notify.follow", ensure=False)).get(timeout=5)
        case "publish an event":
            exchange = await channel.get_exchange("amtsbote", ensure=False)
            await exchange.publish(aio_pika.Message(b"{}"), "document.filed.v1")
        case "publish to a queue":
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), mine)
        case "declare a queue":
            await channel.declare_queue("desk.more", durable=True)
        case "bind to all events":
            await queue.bind("amtsbote", routing_key="#")


@pytest.mark.parametrize(
    "act",
    [
        "read another queue",
        "read a service's queue",
        "publish an event",
        "publish to a queue",
        "declare a queue",
        "bind to all events",
    ],
)
async def test_a_tool_may_read_its_own_queue_and_nothing_else(place: Place, notify: Service, act: str) -> None:
    """With its login a tool can neither read another queue, nor publish, declare or bind."""
    assert notify.consumers
    mine, theirs = place.add_tool("power_cut"), place.add_tool("benefits")
    async with await aio_pika.connect(mine["amqp_url"]) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelAccessRefused):
            await attempt(act, channel, mine["queue"], theirs["queue"])
