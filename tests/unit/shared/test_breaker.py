"""A host that does not answer is left alone, and comes back by itself."""

from datetime import UTC, datetime, timedelta

from shared.breaker import Breakers

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def breakers() -> Breakers:
    """Return breakers that open after three failures, for 10 s, then 20, then 30 at most."""
    return Breakers(failures=3, first=10 * SECOND, longest=30 * SECOND)


def shut_one() -> Breakers:
    """Return breakers of which host `a` was shut at noon."""
    kept = breakers()
    assert [kept.silent("a", NOON) for _ in range(3)] == [False, False, True]
    return kept


def test_a_host_is_shut_after_some_failures_in_a_row_and_no_other_is() -> None:
    """Two failures, an answer, and two more shut nobody; three in a row do."""
    kept = breakers()
    for step in (kept.silent, kept.silent):
        step("a", NOON)
    kept.answered("a")
    for _ in range(2):
        kept.silent("a", NOON)
    kept.silent("b", NOON)
    assert kept.shut(NOON) == []
    kept.silent("a", NOON)
    assert kept.shut(NOON) == ["a"]


def test_one_try_decides() -> None:
    """When its time is over a host is tried once; an answer opens it to all, and forgets what was."""
    kept, later = shut_one(), NOON + 10 * SECOND
    assert kept.next_trial(NOON) == later
    assert kept.shut(later - SECOND) == ["a"]
    assert kept.shut(later) == []
    kept.begun("a")
    assert kept.shut(later) == ["a"]
    assert kept.next_trial(later) is None
    kept.answered("a")
    assert kept.shut(later) == []
    assert not kept.silent("a", later)


def test_a_host_that_stays_silent_is_tried_less_and_less_often() -> None:
    """The time doubles up to a bound."""
    kept, now, waits = shut_one(), NOON, []
    for _ in range(3):
        now = kept.next_trial(now) or now
        kept.begun("a")
        assert not kept.silent("a", now)
        waits.append((kept.next_trial(now) or now) - now)
    assert waits == [20 * SECOND, 30 * SECOND, 30 * SECOND]


def test_late_failures_of_earlier_tries_change_nothing() -> None:
    """Tries that began before a host was shut do not make its time longer."""
    kept = shut_one()
    kept.silent("a", NOON + 5 * SECOND)
    assert kept.shut(NOON + 10 * SECOND) == []


def test_a_trial_that_says_nothing_makes_room_for_the_next() -> None:
    """A try that our own failure ended neither opens a host nor keeps it shut."""
    kept, later = shut_one(), NOON + 10 * SECOND
    kept.begun("a")
    kept.left("a")
    assert kept.shut(later) == []
    kept.begun("a")
    kept.silent("a", later)
    assert kept.shut(later) == ["a"]


def test_a_host_that_works_is_not_remembered() -> None:
    """Names that strangers make up fill no memory once they answered."""
    kept = breakers()
    kept.begun("a")
    kept.left("a")
    kept.silent("b", NOON)
    kept.answered("b")
    assert kept == breakers()
