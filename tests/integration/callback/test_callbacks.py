"""Callbacks over a real broker and database: every wish is promised, every promise kept or escalated, once."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.callback.handlers import Promises
from services.callback.settings import CallbackSettings
from services.callback.store import Callbacks, ChangedMeanwhileError
from shared.ids import new_id
from tests.integration.callback.office import Office
from tests.waiting import until

pytestmark = pytest.mark.live


def kinds(events: list[dict[str, object]]) -> list[str]:
    """Return the last part of each event's type, without the version."""
    return [str(event["type"]).split(".")[-2] for event in events]


async def test_wish_becomes_one_promise(office: Office) -> None:
    """A request delivered twice, and requested twice, is promised once, in the tenant and correlation it came with."""
    await office.open()
    wish = office.wish()
    event_id = await office.say(wish)
    await office.say(wish, event_id=event_id)
    (promise,) = await office.hear(wish.callback_id, 1)
    again = await office.say(wish)
    done = await office.say(office.call(wish.callback_id, "reached"))
    await office.handled("count", done)
    assert kinds(await office.hear(wish.callback_id, 2)) == ["promised", "done"]
    await office.taken("callback.promise")
    assert kinds(office.about(wish.callback_id)) == ["promised", "done"]
    assert await office.version(wish.callback_id) == 2
    assert promise["causationid"] == event_id != again
    assert (promise["correlationid"], promise["tenant"]) == (event_id, "oberhausen")
    assert promise["data"]["team"] == "power_cut"


async def test_three_misses_and_then_a_person(office: Office) -> None:
    """Misses are counted, a repeated report is not, and after the third the callback is overdue."""
    await office.open()
    wish = office.wish()
    await office.say(wish)
    await office.hear(wish.callback_id, 1)
    same = new_id()
    for count, call_id in ((2, same), (2, same), (3, ""), (5, "")):
        event_id = await office.say(office.call(wish.callback_id, "no_answer", call_id))
        await office.handled("count", event_id)
        events = await office.hear(wish.callback_id, count)
    assert kinds(events[:4]) == ["promised", "missed", "missed", "missed"]
    assert [event["data"]["attempt"] for event in events[1:4]] == [1, 2, 3]
    assert events[4]["data"]["reason"] == "attempts_used"


async def test_call_reported_before_its_request_is_not_lost(office: Office) -> None:
    """No order is promised: the report waits until its request was handled."""
    await office.open()
    wish = office.wish()
    before = retries()
    await office.say(office.call(wish.callback_id, "reached"))
    await until(lambda: _retried_since(before))
    await office.say(wish)
    assert kinds(await office.hear(wish.callback_id, 2)) == ["promised", "done"]


async def test_call_for_a_done_callback_changes_nothing(office: Office) -> None:
    """After the citizen was reached, reports are taken and have no effect."""
    await office.open()
    wish = office.wish()
    await office.say(wish)
    await office.hear(wish.callback_id, 1)
    await office.handled("count", await office.say(office.call(wish.callback_id, "reached")))
    await office.handled("count", await office.say(office.call(wish.callback_id, "no_answer")))
    assert await office.version(wish.callback_id) == 2
    assert kinds(office.about(wish.callback_id)) == ["promised", "done"]


async def test_window_that_passed_is_escalated_once_by_several_processes(office: Office) -> None:
    """Two processes watch the same callbacks; each becomes overdue once, with the correlation of its request."""
    await office.open(processes=2)
    wishes = [office.wish() for _ in range(10)]
    asked = {wish.callback_id: await office.say(wish) for wish in wishes}
    for callback_id in asked:
        await office.hear(callback_id, 1)
    office.now += timedelta(hours=2)
    for callback_id, event_id in asked.items():
        overdue = (await office.hear(callback_id, 2))[1]
        assert overdue["data"]["reason"] == "window_passed"
        assert (overdue["correlationid"], overdue["tenant"]) == (event_id, "oberhausen")
    # A second escalation would have been a second write.
    assert [await office.version(callback_id) for callback_id in asked] == [2] * len(asked)


async def test_one_unreadable_callback_keeps_no_other_from_its_escalation(office: Office) -> None:
    """Even the oldest one: every other promise that was not kept reaches a person."""
    await office.open()
    wish = office.wish()
    await office.database.callbacks.insert_one({"_id": new_id(), "due_at": office.now - timedelta(days=1)})
    await office.say(wish)
    await office.hear(wish.callback_id, 1)
    office.now += timedelta(hours=2)
    assert kinds(await office.hear(wish.callback_id, 2)) == ["promised", "overdue"]


async def test_many_rounds_at_once_escalate_once(office: Office) -> None:
    """Rounds that meet at the same callback leave it to one of them."""
    await office.open()
    wish = office.wish()
    await office.say(wish)
    await office.hear(wish.callback_id, 1)
    service, later = office.services[0], office.now + timedelta(hours=2)
    terms = CallbackSettings().terms()
    promises = Promises(Callbacks(service.database), service.ledger, terms, lambda: later)
    await asyncio.gather(*(promises.escalate() for _ in range(8)))
    assert kinds(await office.hear(wish.callback_id, 2)) == ["promised", "overdue"]
    assert await office.version(wish.callback_id) == 2


async def test_change_from_an_old_version_is_refused(office: Office) -> None:
    """Who read a callback before somebody else changed it must read it again."""
    await office.open()
    wish = office.wish()
    await office.say(wish)
    await office.hear(wish.callback_id, 1)
    service = office.services[0]
    callbacks, terms = Callbacks(service.database), CallbackSettings().terms()
    async with service.ledger.begin() as work:
        old = await callbacks.get(wish.callback_id, work.session)
    new = old.called(office.call(wish.callback_id, "no_answer"), hours=terms.hours).callback
    async with service.ledger.begin() as work:
        await callbacks.replace(old, new, work.session)
    with pytest.raises(ChangedMeanwhileError):
        async with service.ledger.begin() as work:
            await callbacks.replace(old, new, work.session)
    async with service.ledger.begin() as work:
        assert await callbacks.get(wish.callback_id, work.session) == new


def retries() -> float:
    """Return how many reports were put aside for another try so far."""
    labels = {"queue": "callback.count", "reason": "event.early"}
    return REGISTRY.get_sample_value("amtsbote_messages_retried_total", labels) or 0


async def _retried_since(before: float) -> bool:
    return retries() > before
