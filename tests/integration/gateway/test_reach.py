"""Whether citizens are reached: by a channel, or else by a person."""

import asyncio
import json
from typing import Any

import pytest

from shared.clock import utc_now
from shared.errors import PermanentError
from shared.events.gateway import NoticeTopic
from shared.events.notify import NoticeFailed, NoticeSent
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone
from tests.integration.gateway.test_channels import CHANNELS, card, mailbox, subscribe

pytestmark = pytest.mark.live
UNREACHED = "citizen.unreached.v1"


async def test_what_became_of_a_notice_is_shown(door: Door, phone: Phone) -> None:
    """A channel that fails says so until it works again; one that is gone is gone."""
    kept, gone = await mailbox(door, phone), (await subscribe(phone)).json()["channel_id"]
    at = utc_now()
    said: dict[str, Any] = {"topic": "news", "failed_at": at}
    await door.say(NoticeFailed(channel_id=kept, reason="mailbox_refused", gone=False, **said))
    [first, _] = (await phone.get(CHANNELS)).json()["items"]
    assert (first["state"], first["reason"]) == ("failing", "mailbox_refused")
    await door.say(NoticeSent(channel_id=kept, topic="news", sent_at=at))
    await door.say(NoticeFailed(channel_id=gone, reason="http_410", gone=True, **said))
    [only] = (await phone.get(CHANNELS)).json()["items"]
    assert (only["channel_id"], only["state"], only["reason"]) == (kept, "on", None)
    with pytest.raises(PermanentError):
        await card(door, gone)


def failed(channel_id: str, topic: NoticeTopic = "news", *, gone: bool = False) -> NoticeFailed:
    """Return that every try was in vain."""
    return NoticeFailed(channel_id=channel_id, topic=topic, reason="mailbox_refused", gone=gone, failed_at=utc_now())


async def test_news_that_reach_nobody_end_with_a_person(door: Door, phone: Phone) -> None:
    """Only when no channel works any more, once until one works again, never for a test; with no address in it."""
    mail, push = await mailbox(door, phone), (await subscribe(phone)).json()["channel_id"]
    await door.say(failed(push, gone=True))
    await door.say(failed(mail, "test"))
    assert door.about(phone.citizen_id, UNREACHED) == []
    await door.say(failed(mail), failed(mail, "urgent"))
    [told] = await door.heard(phone.citizen_id, UNREACHED)
    assert (told["data"]["topic"], told["data"]["reason"]) == ("news", "mailbox_refused")
    assert "example.org" not in json.dumps(told)
    await door.say(NoticeSent(channel_id=mail, topic="news", sent_at=utc_now()), failed(mail, "asked"))
    assert len(await door.heard(phone.citizen_id, UNREACHED, 2)) == 2
    last = (await subscribe(phone)).json()["channel_id"]
    await door.say(failed(last, "asked", gone=True))
    assert len(await door.heard(phone.citizen_id, UNREACHED, 3)) == 3


async def test_two_ways_that_fail_at_once_are_noticed(door: Door, phone: Phone) -> None:
    """Neither of two failures at the same moment takes the other channel for one that works."""
    ways = [await mailbox(door, phone), (await subscribe(phone)).json()["channel_id"]]
    await asyncio.gather(*(door.say(failed(way)) for way in ways))
    await door.heard(phone.citizen_id, UNREACHED)
