"""Events by the minute: what both sides compute is the same, and any difference shows."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from services.replay import Wanted
from shared.ids import first_id_of, minute_at, minute_of, new_id
from shared.messaging.minutes import digest_of
from shared.settings import Connections, explained
from shared.storage.deleting import parts_of


def test_minute_of_an_id_is_that_of_its_time() -> None:
    """An id says in which minute it was made; what is no id says nothing."""
    instant = datetime(2026, 11, 30, 14, 59, 59, 999_000, UTC)
    assert minute_of(first_id_of(instant)) == minute_at(instant)
    assert minute_of("") == minute_of("no id") == 0


def test_digest_tells_sets_apart_in_whatever_order() -> None:
    """The same ids in another order have the same digest; one less, or another, has a different one."""
    ids = [new_id() for _ in range(100)]
    assert digest_of(ids) == digest_of(ids[::-1])
    assert len({digest_of(ids), digest_of(ids[1:]), digest_of([*ids[1:], new_id()]), digest_of([])}) == 4


def test_parts_are_full_and_whole() -> None:
    """Nothing is left out between two parts."""
    assert list(parts_of(range(5), 2)) == [[0, 1], [2, 3], [4]]


def test_journal_longer_than_the_inbox_is_refused() -> None:
    """A start with a journal that outlasts the inbox ends in one line that names the setting."""
    for days in (45, 46):
        with pytest.raises(ValidationError) as refused:
            Connections(journal_days=days)
        told = explained(refused.value)
        assert "\n" not in told
        assert told.startswith("AMTSBOTE_JOURNAL_DAYS must be below AMTSBOTE_INBOX_DAYS")
    assert Connections(journal_days=44).inbox_days == 45


@pytest.mark.parametrize(
    ("key", "pattern", "fits"),
    [
        ("team.power.filed", "team.power.*", True),
        ("team.power.cut.filed", "team.power.*", False),
        ("team.powers.filed", "team.power.*", False),
        ("stadtwerke", "stadtwerke", True),
        ("stadtwerke2", "stadtwerke", False),
    ],
)
def test_partner_is_replayed_what_the_broker_would_bind(key: str, pattern: str, fits: bool) -> None:  # noqa: FBT001
    """A pattern takes one word for `*`, so that no team gets what is another's whose name begins alike."""
    assert Wanted("x", (pattern,)).has({"exchange": "x", "routing_key": key}) is fits
    assert not Wanted("y", (pattern,)).has({"exchange": "x", "routing_key": key})
