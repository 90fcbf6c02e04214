"""Lists and projections ask the database flatly: each query is answered by an index, however many rows there are."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.pages import PageCheck
from services.gateway.domain.paging import Cursor, parse_cursor
from services.gateway.domain.timeline import Entry
from services.gateway.store.paging import PART, part_of
from services.gateway.store.people import People
from services.gateway.store.timeline import Entries
from shared.clock import utc_now
from shared.events.upload import PageChecked, Stage
from shared.ids import new_id
from shared.storage.documents import Collection, Database
from tests.integration.gateway.asked import Asked
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone

pytestmark = pytest.mark.live

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
STAGES: tuple[Stage, ...] = ("seen", "read")


class Line(BaseModel):
    """A row of a list."""

    model_config = ConfigDict(populate_by_name=True)

    id: str = Field(alias="_id")
    at: datetime


async def _walked(rows: Collection, *, oldest_first: bool, **more: Any) -> list[str]:
    """Return the ids of a whole list, part after part."""
    ids: list[str] = []
    following: str | None = ""
    while following is not None:
        cursor = parse_cursor(following)
        part = await part_of(rows, {"of": "me"}, cursor, Line, by="at", oldest_first=oldest_first, **more)
        assert len(part.items) <= PART
        ids += [line.id for line in part.items]
        following = part.next
    return ids


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_more_equal_times_than_a_part_are_all_listed_once(door: Door, oldest_first: bool) -> None:  # noqa: FBT001
    """A list whose rows have one instant, for three parts and more, is walked in order without gap or repetition."""
    rows = door.database[f"equal_{oldest_first}"]
    times = [NOON - timedelta(seconds=1)] * 3 + [NOON] * (3 * PART + 7) + [NOON + timedelta(seconds=1)] * PART
    kept = [{"_id": f"{number * 7919 % 1000:03}", "of": "me", "at": at} for number, at in enumerate(times)]
    await rows.insert_many([*kept, {"_id": "other", "of": "you", "at": NOON}])
    kept.sort(key=lambda row: (row["at"], row["_id"]), reverse=not oldest_first)
    assert await _walked(rows, oldest_first=oldest_first) == [row["_id"] for row in kept]


async def test_what_two_queries_find_is_one_list(door: Door) -> None:
    """Rows that match one query, the other or both are listed once each, in the order of their times."""
    rows = door.database["two_queries"]
    ways: list[dict[str, Any]] = [{"of": "me"}, {"too": 1}, {"of": "me", "too": 1}] * (PART + 3)
    kept = [
        {"_id": f"{number:03}", "at": NOON + timedelta(seconds=number // 5), **way} for number, way in enumerate(ways)
    ]
    await rows.insert_many(kept)
    found = await _walked(rows, oldest_first=False, or_of={"too": 1})
    assert found == sorted((row["_id"] for row in kept), reverse=True)


def _outweighed_by(fact: PageChecked) -> dict[str, Any]:
    """Return the query by which the database chose the checks that give way, until the rule did."""
    earlier = {"check.checked_at": {"$lt": fact.checked_at}}
    ways: list[dict[str, Any]] = [{"check": None}]
    if fact.stage == "read":
        ways += [{"check.stage": {"$ne": "read"}}, earlier]
    else:
        ways.append({"check.stage": {"$ne": "read"}, **earlier})
    return {"$or": ways}


async def test_a_check_gives_way_as_it_did_when_the_database_chose(door: Door) -> None:
    """For every pair of stages and order of times, to a part of a millisecond, the rule says what the query said."""
    offsets = (0, 1, 999, 1000, 60_000_000)  # microseconds; the database keeps thousands of them
    rows = door.database["outweighed"]
    for known_stage, known_at in itertools.product((None, *STAGES), offsets):  # None: from before there were stages
        check = {"verdict": "good", "checked_at": NOON + timedelta(microseconds=known_at)}
        check |= {"stage": known_stage} if known_stage else {}
        await rows.insert_one({"_id": new_id(), "check": check})
    for fact_stage, fact_at in itertools.product(STAGES, offsets):
        at = NOON + timedelta(microseconds=fact_at)
        fact = PageChecked(page_id=new_id(), stage=fact_stage, verdict="usable", checked_at=at)
        chosen = {row["_id"] async for row in rows.find(_outweighed_by(fact))}
        ruled = {row["_id"] async for row in rows.find() if PageCheck.model_validate(row["check"]).gives_way_to(fact)}
        assert ruled == chosen, (fact_stage, fact_at)


async def test_a_documents_timeline_finds_what_an_earlier_version_kept(door: Door, phone: Phone) -> None:
    """Entries of a document, its pages and its forwards are found as they were kept before there were indexes."""
    old: Database = door.service.client[f"{door.database.name}_old"]
    document_id, page_id, others = new_id(), new_id(), new_id()
    about = [(document_id, document_id), (new_id(), document_id), (page_id, None), (others, None), (others, others)]
    rows = [
        Entry(
            id=new_id(), citizen_id="me", at=NOON, kind="k", code="k", about="a", about_id=about_id, document_id=of
        ).model_dump(by_alias=True)
        for about_id, of in about
    ]
    await old.timeline.insert_many([*rows, {**rows[0], "_id": new_id(), "citizen_id": "you"}])
    entries = Entries(old)
    await entries.prepare()
    part = await entries.about("me", document_id, [page_id], None)
    assert [entry.id for entry in part.items] == [row["_id"] for row in reversed(rows[:3])]
    part = await entries.about("me", document_id, [], None)
    assert [entry.id for entry in part.items] == [row["_id"] for row in reversed(rows[:2])]


async def test_each_look_is_led_by_an_index(door: Door, phone: Phone) -> None:
    """What a home page, a document's page, a list's later part and the sweeps ask is led by an index each time."""
    document_id = await phone.document()
    asked = Asked(door.database)
    kept = door.stores(database=asked.database)
    await kept.prepare()
    for after in (None, Cursor(utc_now(), new_id())):
        await kept.documents.newest(phone.citizen_id, after)
        await kept.timeline.newest(phone.citizen_id, after)
        await kept.timeline.about(phone.citizen_id, document_id, [new_id()], after)
        await kept.callbacks.newest(phone.citizen_id, after)
        await kept.assignments.waiting("money", after)
        await kept.mandates.given_by(phone.citizen_id, after)
    await kept.documents.naming([new_id()])
    await kept.people.devices_of(phone.citizen_id)
    await kept.channels.sweep()
    for expiring in kept.expiring:
        await expiring.sweep(utc_now())
    async for _ in kept.pages.idle(utc_now()):
        break
    assert len(asked.queries) > 20
    assert asked.without_index() == []


async def test_a_device_of_a_helper_and_citizen_is_listed_once(door: Door, phone: Phone) -> None:
    """A device that was a helper's first is found under both ids, and only by them."""
    people, helper_id = People(door.database, utc_now), new_id()
    await door.database.devices.update_one({"citizen_id": phone.citizen_id}, {"$set": {"helper_id": helper_id}})
    [own], [helps] = await people.devices_of(phone.citizen_id), await people.devices_of(helper_id)
    assert own == helps
    assert await people.devices_of(new_id()) == []
    await people.revoke(own.id, helper_id)
    assert await people.devices_of(phone.citizen_id) == []
