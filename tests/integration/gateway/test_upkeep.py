"""What the gateway looks after by itself: submissions without an effect, and bytes without a page."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from services.gateway.domain.access import Citizen
from services.gateway.domain.drafts import KEPT, add
from services.gateway.handlers.reconcile import reconcile
from services.gateway.handlers.sweep import sweep_unsent
from services.gateway.settings import GatewaySettings
from services.gateway.store.acts import Acts
from services.gateway.store.pages import ORIGINALS, Pages, original_key
from services.gateway.store.repeats import Repeats
from shared.clock import utc_now
from shared.events.upload import DocumentFailed, PageChecked
from shared.ids import new_id
from shared.storage.pictures import picture_key
from shared.storage.sweeping import sweep
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import JPEG, Phone
from tests.integration.gateway.replacing import listed_pages, replace_page

pytestmark = pytest.mark.live

AFTER = timedelta(minutes=15)


def _repeats(door: Door, now: datetime) -> Repeats:
    return Repeats(door.database, door.service.ledger, lambda: now, tenant="default", after=AFTER)


async def test_submission_without_effect_is_announced_again(door: Door, phone: Phone) -> None:
    """After a quarter of an hour the same events go out again, then only after twice the time.

    A row that cannot be read does not keep the others from it.
    """
    await door.settle()
    page_id = await phone.page()
    document_id = (await phone.submit([page_id])).json()["document_id"]
    now = utc_now()
    await door.heard(document_id, "document.submitted.v1")
    await door.database.documents.insert_one({"_id": new_id(), "state": "received", "repeat_at": now, "repeats": 0})
    await reconcile(_repeats(door, now))
    await reconcile(_repeats(door, now + AFTER * 1.1))
    first, again = await door.heard(document_id, "document.submitted.v1", 2)
    assert (first["id"], first["data"]) == (again["id"], again["data"])
    uploaded, repeated = await door.heard(page_id, "page.uploaded.v1", 2)
    assert (uploaded["id"], uploaded["data"]) == (repeated["id"], repeated["data"])
    row = partial(door.database.documents.find_one, {"_id": document_id})
    await reconcile(_repeats(door, now + AFTER * 2))
    assert (await row() or {})["repeats"] == 1
    await reconcile(_repeats(door, now + AFTER * 3.3))
    assert (await row() or {})["repeats"] == 2


async def test_what_is_of_no_use_any_more_is_swept(door: Door) -> None:
    """Also where an earlier version left it to an index of the database, which a start takes away."""
    for expiring in door.stores().expiring:
        rows = door.database[f"old_{expiring.rows.name}"]
        await rows.create_index(expiring.field, expireAfterSeconds=86_400)
        now, there = utc_now(), replace(expiring, rows=rows)
        await there.prepare()
        old = [{"_id": new_id(), expiring.field: now - expiring.kept - timedelta(seconds=1)} for _ in range(120)]
        await rows.insert_many([*old, {"_id": "new", expiring.field: now - expiring.kept + timedelta(seconds=1)}])
        assert not [index for index in (await rows.index_information()).values() if "expireAfterSeconds" in index]
        assert await there.sweep(now) == 120
        assert [row["_id"] async for row in rows.find()] == ["new"]


async def test_submission_with_effect_is_left_alone(door: Door, phone: Phone) -> None:
    """What was checked or has failed is not repeated."""
    page_id, now = await phone.page(), utc_now()
    document_id = (await phone.submit([page_id])).json()["document_id"]
    await door.say(
        PageChecked(page_id=page_id, verdict="good", checked_at=now),
        DocumentFailed(document_id=document_id, citizen_id=phone.citizen_id, reason="unreadable", failed_at=now),
    )
    await reconcile(_repeats(door, now + AFTER * 1.1))
    for rows, row_id in ((door.database.pages, page_id), (door.database.documents, document_id)):
        row = await rows.find_one({"_id": row_id})
        assert row
        assert row["repeats"] == 0


async def test_pages_nobody_handed_in_are_swept(door: Door, phone: Phone) -> None:
    """A page taken out of a draft goes with its pictures after two weeks, as does one drafted on a phone that is lost.

    Drafted, handed-in and replaced ones stay; drafted ones until nobody has changed their draft for long.

    So does a page that was handed in before that was noted on it.
    """
    stray, drafted, lost, old, new, noted_late = [await phone.page() for _ in range(6)]
    document_id = (await phone.submit([old, noted_late])).json()["document_id"]
    _, tag = await listed_pages(phone, document_id)
    (await replace_page(phone, document_id, old, new, tag)).raise_for_status()
    await door.database.pages.update_one({"_id": noted_late}, {"$unset": {"handed_in": 1}})
    kept, limits = door.stores(), GatewaySettings().limits
    [device] = await kept.people.devices_of(phone.citizen_id)
    await kept.drafts.change(device.id, lambda pages: add(pages, drafted, limits))
    other = Citizen(phone.citizen_id, new_id())
    await kept.people.admit(other)
    await kept.drafts.change(other.device_id, lambda pages: add(pages, lost, limits))
    await kept.people.revoke(other.device_id, phone.citizen_id)
    pictures = {picture_key(stray), f"annotated/{stray}/0.jpg"}  # the second is from before keys had days
    for key in pictures:
        await kept.objects.put(key, JPEG, size_bytes=len(JPEG), media_type="image/jpeg")
    after = timedelta(days=limits.unsent_page_days)
    await sweep_unsent(kept, utc_now, after)
    assert (await phone.get(f"/v1/pages/{stray}")).status_code == 200
    await sweep_unsent(kept, lambda: utc_now() + after, after)
    left = await kept.pages.known([stray, drafted, lost, old, new, noted_late])
    assert left == {drafted, old, new, noted_late}
    assert (await phone.submit([stray])).json()["code"] == "page.missing"
    keys = [found.key for prefix in (ORIGINALS, "annotated/") async for found in kept.objects.list(prefix)]
    assert not {original_key(stray), *pictures} & set(keys)
    assert {original_key(page) for page in left} <= set(keys)
    await sweep_unsent(kept, lambda: utc_now() + KEPT, after)
    assert await kept.pages.known([drafted, old, new]) == {old, new}
    assert (await kept.drafts.of_device(device.id)).page_ids == ()


async def test_orphans_are_swept_after_a_day(door: Door, phone: Phone) -> None:
    """Bytes that no page has go after a day, with their pictures; a page's bytes, and fresh bytes, stay."""
    page_id, lost = await phone.page(), new_id()
    orphan, picture = original_key(lost), picture_key(lost)
    objects, every = door.service.objects, timedelta(hours=1)
    for object_key in (orphan, picture):
        await objects.put(object_key, JPEG, size_bytes=len(JPEG), media_type="image/jpeg")
    ledger = door.service.ledger
    originals, _ = Pages(door.database, objects, Acts(door.database, ledger, utc_now), ledger, utc_now).inventories
    await sweep(objects, originals, utc_now(), every)
    assert await objects.get(orphan) == JPEG
    await sweep(objects, originals, utc_now() + timedelta(days=1, minutes=1), every)
    left = [found.key for prefix in (ORIGINALS, "annotated/") async for found in objects.list(prefix)]
    assert original_key(page_id) in left
    assert not {orphan, picture} & set(left)
