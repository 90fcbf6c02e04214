"""Read models: the same end, whatever order the events arrive in, and however often."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from services.gateway.domain.channels import Cards
from services.gateway.handlers.project import project
from services.gateway.settings import GatewaySettings
from services.gateway.store.catalogues import load_texts
from services.gateway.store.receipts import Receipts
from services.gateway.store.stores import stores
from shared.clock import utc_now
from shared.errors import AlreadyHandledError
from shared.events.callback import CallbackDone, CallbackMissed, CallbackOverdue, CallbackPromised
from shared.events.event import Fact, envelop
from shared.events.notify import ForwardAcknowledged, ForwardFailed, ForwardPickedUp, ForwardQueued, ForwardSent
from shared.events.upload import PageChecked
from shared.ids import new_id
from shared.links import Links
from shared.storage.documents import again_on_conflict
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key, window

pytestmark = pytest.mark.live


def _forward_facts(forward_id: str, document_id: str, citizen_id: str) -> list[Fact]:
    ids: dict[str, Any] = {
        "forward_id": forward_id,
        "document_id": document_id,
        "citizen_id": citizen_id,
        "supplier_id": "energy",
    }
    now = utc_now()
    return [
        ForwardQueued(**ids, consent_id=new_id(), queued_at=now),
        ForwardSent(**ids, way="queue", attempt=1, sent_at=now),
        ForwardPickedUp(**ids, picked_up_at=now),
        ForwardAcknowledged(**ids, answer="cut_postponed", no_cut_before=now + timedelta(days=30), acknowledged_at=now),
    ]


async def test_forward_ends_acknowledged_in_any_order(door: Door, phone: Phone) -> None:
    """All 24 orders of a forward's four facts lead to the same state."""
    document_id = await phone.document()
    forwards = []
    for order in itertools.permutations(range(4)):
        forwards.append(forward_id := new_id())
        facts = _forward_facts(forward_id, document_id, phone.citizen_id)
        await door.say(*(facts[i] for i in order))
    shown = (await phone.get(f"/v1/documents/{document_id}")).json()["forwards"]
    assert {f["forward_id"] for f in shown} == set(forwards)
    assert {(f["state"], f["answer"]) for f in shown} == {("acknowledged", "cut_postponed")}
    assert all(f["no_cut_before"] for f in shown)


async def test_late_failure_does_not_undo_an_answer(door: Door, phone: Phone) -> None:
    """A supplier that answered after all counts as having answered."""
    document_id, forward_id = await phone.document(), new_id()
    *_, answered = _forward_facts(forward_id, document_id, phone.citizen_id)
    ids = answered.model_dump(include={"forward_id", "document_id", "citizen_id", "supplier_id"})
    await door.say(answered, ForwardFailed(**ids, reason="webhook.gave_up", failed_at=utc_now()))
    assert (await phone.get(f"/v1/documents/{document_id}")).json()["forwards"][0]["state"] == "acknowledged"


async def test_callback_ends_done_in_any_order(door: Door, phone: Phone) -> None:
    """Promised, missed, overdue and done lead to done, in every order, with all attempts counted."""
    for order in itertools.permutations(range(4)):
        wish = await phone.post("/v1/callbacks", json=window(), headers=key())
        callback_id, now = wish.json()["callback_id"], utc_now()
        ids: dict[str, Any] = {"callback_id": callback_id, "citizen_id": phone.citizen_id, "team": "money"}
        facts: list[Fact] = [
            CallbackPromised(**ids, topic="power_cut", language="de", window_start=now, window_end=now),
            CallbackMissed(**ids, attempt=2, of=3, called_at=now),
            CallbackOverdue(**ids, reason="window_passed", overdue_at=now),
            CallbackDone(**ids, reached_at=now),
        ]
        await door.say(*(facts[i] for i in order))
        shown = (await phone.get(f"/v1/callbacks/{callback_id}")).json()
        assert (shown["state"], shown["attempts"], bool(shown["reached_at"])) == ("done", 2, True)


def _checks(page_id: str) -> list[PageChecked]:
    """Return what upload says of a page: twice seen, for it was checked again, and twice read."""
    now = utc_now()
    seen = {"page_id": page_id, "verdict": "usable", "reasons": ("soft",)}
    read = {"page_id": page_id, "stage": "read", "verdict": "good", "words": 40}
    return [
        PageChecked(**seen, checked_at=now),
        PageChecked(**seen, checked_at=now + timedelta(seconds=9)),
        PageChecked(**read | {"words": 30}, checked_at=now + timedelta(seconds=1)),
        PageChecked(**read, checked_at=now + timedelta(seconds=2)),
    ]


async def test_a_page_ends_read_in_any_order(door: Door, phone: Phone) -> None:
    """All 24 orders of a page's verdicts end with what was read last, however late the look at it is heard of."""
    for order in itertools.permutations(range(4)):
        page_id = await phone.page()
        facts = _checks(page_id)
        await door.say(*(facts[i] for i in order))
        shown = (await phone.get(f"/v1/pages/{page_id}")).json()
        assert (shown["stage"], shown["verdict"], shown["words"], shown["reasons"]) == ("read", "good", 40, [])


async def test_both_verdicts_are_told_and_a_late_first_one_is_not(door: Door, phone: Phone) -> None:
    """Whoever follows a page reads the first verdict, then the second; out of order, the first would only confuse."""
    in_order, late = await phone.page(), await phone.page()
    seen, _, _, read = _checks(in_order)
    await door.say(seen, read)
    seen, _, _, read = _checks(late)
    await door.say(read, seen)
    told = (await phone.get("/v1/timeline")).json()["items"]
    texts = {
        page_id: [e["text"] for e in reversed(told) if e["about"]["id"] == page_id] for page_id in (in_order, late)
    }
    assert texts[late] == ["Die Schrift ist gut zu lesen."]
    assert texts[in_order] == [
        "Die Seite ist lesbar. Das Bild ist etwas unscharf. Halten Sie das Telefon ruhig.",
        *texts[late],
    ]


async def test_each_event_is_told_once(door: Door, phone: Phone) -> None:
    """Eight copies of one event, handled at once, are one line in the timeline, in words."""
    document_id = await phone.document()
    [queued, *_] = _forward_facts(new_id(), document_id, phone.citizen_id)
    event = envelop(queued, id=new_id(), time=utc_now(), source="notify", tenant="default")
    receipts = Receipts("Jobcenter", door.url, load_texts(), None)
    cards, of = Cards(load_texts(), Links(SecretStr("s" * 40)), door.url), door.service
    limits = GatewaySettings().limits
    kept = stores(door.database, of.ledger, of.objects, receipts, cards, limits=limits, clock=utc_now)

    async def copy() -> None:
        async with of.ledger.once("gateway.project", event) as work:
            await project(event, work, stores=kept)

    ends = await asyncio.gather(*(again_on_conflict(copy) for _ in range(8)), return_exceptions=True)
    assert [end for end in ends if not isinstance(end, AlreadyHandledError)] == [None]
    timeline = (await phone.get(f"/v1/documents/{document_id}/timeline")).json()["items"]
    texts = [entry["text"] for entry in timeline if entry["kind"] == "forward.queued"]
    assert texts == ["Die Unterlagen werden an Energie Beispielland gesendet."]


async def test_timeline_tells_the_story_newest_first(door: Door, phone: Phone) -> None:
    """What happened to a document is told in the reader's language, without what happened elsewhere."""
    document_id, other = await phone.document(), await phone.document()
    await door.say(*_forward_facts(new_id(), document_id, phone.citizen_id))
    english = {"Accept-Language": "en"}
    story = (await phone.get(f"/v1/documents/{document_id}/timeline", headers=english)).json()["items"]
    assert [entry["kind"] for entry in reversed(story)] == [
        "document.submitted",
        "forward.queued",
        "forward.sent",
        "forward.picked_up",
        "forward.acknowledged",
    ]
    assert story[0]["text"].startswith("Energie Beispielland postpones the cut: not before ")
    everything = (await phone.get("/v1/timeline")).json()["items"]
    assert {entry["document_id"] for entry in everything} == {document_id, other}
