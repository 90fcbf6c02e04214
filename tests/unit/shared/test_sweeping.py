"""Where a sweep looks, and the keys it looks at."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from services.notify.domain.packet import key_of
from shared.events.event import ObjectKey
from shared.ids import day_of, first_id_of, new_id
from shared.storage.inventory import id_in
from shared.storage.pictures import picture_key, plain_key
from shared.storage.sweeping import FIRST_DAY, day_key, folders

NOW = datetime(2028, 3, 1, 0, 30, tzinfo=UTC)


def test_an_id_says_its_day() -> None:
    """The day is that of UTC, also in the last millisecond before midnight."""
    last = datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    assert day_of(first_id_of(last)).isoformat() == "2026-12-31"
    assert day_of(first_id_of(last + timedelta(milliseconds=1))).isoformat() == "2027-01-01"


@pytest.mark.parametrize("every", [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=5), timedelta(days=1)])
def test_a_round_lists_few_days_of_many(every: timedelta) -> None:
    """Each round lists the last three days, and in a week of rounds each other day and the keys without one."""
    days, rounds = (NOW.date() - FIRST_DAY).days, timedelta(days=7) // every
    seen = Counter[str]()
    for number in range(rounds):
        listed = list(folders("originals/", NOW + number * every, every))
        today = (NOW + number * every).date()
        assert listed[:3] == [day_key("originals/", today - timedelta(days=back), "") for back in (1, 2, 3)]
        assert len(listed) <= 3 + days // rounds + 2
        seen.update(listed[3:])
    expected = {day_key("originals/", FIRST_DAY + timedelta(days=number), "") for number in range(days - 3)}
    assert expected <= set(seen)
    assert seen["originals/0"] == 1
    assert max(seen.values()) == 1


def test_rare_rounds_list_everything() -> None:
    """A round that comes once in a month leaves nothing to another one."""
    days = (NOW.date() - FIRST_DAY).days
    assert len(set(folders("originals/", NOW, timedelta(days=30)))) == days + 1


def test_keys_are_keys_of_events_and_lead_to_their_row() -> None:
    """Each key by day is one that events may carry, and says the id of the row that accounts for it, as old ones do."""
    owner, other = new_id(), new_id()
    day = day_of(owner)
    keys = [
        picture_key(owner),
        picture_key(owner, 12),
        plain_key(owner),
        key_of(owner),
        day_key("originals/", day, owner),
        day_key("parts/", day, owner, other),
        day_key("documents/", day, owner, f"12-{'0' * 64}.json"),
        f"originals/{owner}",
        f"parts/{owner}/{other}",
        f"packets/{owner}.pdf",
    ]
    for key in keys:
        assert TypeAdapter(ObjectKey).validate_python(key) == key
        assert id_in(key) == owner
    assert all(re.match(r"[a-z]+/\d{4}-\d\d-\d\d/", key) for key in keys[:7])
    assert id_in("greeting") == ""
