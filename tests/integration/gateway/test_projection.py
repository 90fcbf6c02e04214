"""Read models: the same end, whatever order the events arrive in, and however often."""

import asyncio
import itertools
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.gateway.handlers.project import project
from services.gateway.store.catalogues import load_texts
from services.gateway.store.stores import stores
from shared.clock import utc_now
from shared.errors import AlreadyHandledError
from shared.events.callback import CallbackDone, CallbackMissed, CallbackOverdue, CallbackPromised
from shared.events.event import Fact, envelop
from shared.events.notify import ForwardAcknowledged, ForwardFailed, ForwardPickedUp, ForwardQueued, ForwardSent
from shared.ids import new_id
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


async def test_each_event_is_told_once(door: Door, phone: Phone) -> None:
    """Eight copies of one event, handled at once, are one line in the timeline, in words."""
    document_id = await phone.document()
    [queued, *_] = _forward_facts(new_id(), document_id, phone.citizen_id)
    event = envelop(queued, id=new_id(), time=utc_now(), source="notify", tenant="default")
    kept = stores(door.database, door.service.ledger, door.service.objects, load_texts(), utc_now)
    copies = [partial(project, event, ledger=door.service.ledger, stores=kept) for _ in range(8)]
    ends = await asyncio.gather(*(again_on_conflict(copy) for copy in copies), return_exceptions=True)
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
