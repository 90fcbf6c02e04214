"""The promised window lies within the service hours, whatever was wished for."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.callback.domain.hours import SHORTEST, Hours, Window
from shared.clock import BERLIN
from shared.errors import PermanentError

OFFICE = {day: ((time(8), time(12)), (time(13), time(16))) for day in range(4)} | {4: ((time(8), time(12)),)}
EASTER = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
HOURS = Hours(OFFICE, EASTER)


def berlin(text: str) -> datetime:
    """Return an instant in UTC from Berlin wall time."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def window(start: str, end: str) -> Window:
    """Return a window from Berlin wall times."""
    return Window(berlin(start), berlin(end))


LONG_AGO = berlin("2026-01-01T00:00")


@pytest.mark.parametrize(
    ("wished", "promised"),
    [
        (("2026-03-23T09:00", "2026-03-23T11:00"), ("2026-03-23T09:00", "2026-03-23T11:00")),
        (("2026-03-23T07:00", "2026-03-23T09:00"), ("2026-03-23T08:00", "2026-03-23T09:00")),
        (("2026-03-23T06:00", "2026-03-23T07:00"), ("2026-03-23T08:00", "2026-03-23T09:00")),
        (("2026-03-23T07:00", "2026-03-23T08:10"), ("2026-03-23T08:00", "2026-03-23T09:10")),
        (("2026-03-23T11:45", "2026-03-23T12:45"), ("2026-03-23T13:00", "2026-03-23T14:00")),
        (("2026-03-23T11:50", "2026-03-23T15:00"), ("2026-03-23T13:00", "2026-03-23T15:00")),
        (("2026-03-27T13:00", "2026-03-27T15:00"), ("2026-03-30T08:00", "2026-03-30T10:00")),
        (("2026-04-03T09:00", "2026-04-03T10:00"), ("2026-04-07T08:00", "2026-04-07T09:00")),
        (("2026-03-28T00:00", "2026-03-29T23:00"), ("2026-03-30T08:00", "2026-03-30T12:00")),
        (("2026-03-23T09:00", "2026-03-23T09:10"), ("2026-03-23T09:00", "2026-03-23T09:10")),
    ],
    ids=[
        "within the hours it stays",
        "begins before opening: the part within",
        "ends before opening: moved to the opening",
        "hardly touches the hours: moved, as long as wished",
        "into the lunch break: moved behind it",
        "over the lunch break: the part behind it",
        "Friday afternoon: Monday morning",
        "Good Friday: Tuesday after Easter",
        "a weekend: Monday, no longer than the span",
        "a short wish stays short",
    ],
)
def test_wish_becomes_promise(wished: tuple[str, str], promised: tuple[str, str]) -> None:
    """A wish is kept as far as it lies within the service hours, else it moves to the next possible window."""
    assert HOURS.promise(window(*wished), LONG_AGO) == window(*promised)


def test_promise_never_lies_in_the_past() -> None:
    """A request that was delayed on its way is promised for what is left, or for later."""
    wish = window("2026-03-23T09:00", "2026-03-23T11:00")
    assert HOURS.promise(wish, berlin("2026-03-23T10:00")) == window("2026-03-23T10:00", "2026-03-23T11:00")
    assert HOURS.promise(wish, berlin("2026-03-23T14:00")) == window("2026-03-23T14:00", "2026-03-23T16:00")
    assert HOURS.promise(wish, berlin("2026-03-23T18:00")) == window("2026-03-24T08:00", "2026-03-24T10:00")


def test_hours_follow_the_clock_change() -> None:
    """Eight o'clock in Berlin is 07:00 UTC in winter and 06:00 UTC in summer."""
    friday, monday = window("2026-03-27T07:00", "2026-03-27T09:00"), window("2026-03-30T07:00", "2026-03-30T09:00")
    assert HOURS.promise(friday, LONG_AGO).start == datetime(2026, 3, 27, 7, tzinfo=UTC)
    assert HOURS.promise(monday, LONG_AGO).start == datetime(2026, 3, 30, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 3), (date(2026, 10, 25), 5)], ids=["spring: 23 hours", "autumn: 25 hours"]
)
def test_service_over_the_clock_change_lasts_as_long_as_it_really_does(day: date, hours: int) -> None:
    """A night service from 0 to 4 o'clock lasts three real hours in spring and five in autumn."""
    night = Hours({6: ((time(0), time(4)),)}, frozenset())
    opening = next(night.openings(datetime.combine(day, time(0), BERLIN).astimezone(UTC)))
    assert opening.length == timedelta(hours=hours)


def test_span_that_the_clock_change_swallows_is_skipped() -> None:
    """From 02:30 to 03:00 there is no time on the last Sunday of March; the next Sunday has it again."""
    early = Hours({6: ((time(2, 30), time(3)),)}, frozenset())
    opening = next(early.openings(berlin("2026-03-28T12:00")))
    assert opening == window("2026-04-05T02:30", "2026-04-05T03:00")


def test_next_day_ends_skips_days_without_service() -> None:
    """After a miss on Thursday before Easter, the next service day is Tuesday."""
    assert HOURS.next_day_ends(berlin("2026-04-02T09:00")) == berlin("2026-04-07T12:00")


def test_empty_window_is_refused() -> None:
    """A window that ends before it begins can never be promised."""
    with pytest.raises(PermanentError, match=r"callback\.window_empty"):
        window("2026-03-23T11:00", "2026-03-23T09:00")


instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
lengths = st.timedeltas(timedelta(seconds=1), timedelta(days=20))
wishes = st.builds(lambda start, length: Window(start, start + length), instants, lengths)


@given(wish=wishes, now=instants)
def test_promise_is_one_that_can_be_kept(wish: Window, now: datetime) -> None:
    """Any promise lies in one stretch of service hours, not in the past, and is neither empty nor too long."""
    promised = HOURS.promise(wish, now)
    opening = next(HOURS.openings(promised.start))
    assert promised.within(opening) == promised
    assert promised.start >= max(now, wish.start)
    assert min(wish.length, SHORTEST) <= promised.length <= wish.length
    local = promised.start.astimezone(BERLIN)
    assert local.date() not in EASTER
    assert local.weekday() in OFFICE


@given(wish=wishes, now=instants)
def test_promise_of_a_promise_changes_nothing(wish: Window, now: datetime) -> None:
    """A window that can be promised is promised as it is."""
    promised = HOURS.promise(wish, now)
    assert HOURS.promise(promised, now) == promised


@given(after=instants)
def test_openings_come_in_order_and_apart(after: datetime) -> None:
    """Openings follow one another and never overlap, over clock changes too."""
    openings = list(islice(HOURS.openings(after), 12))
    assert all(earlier.end <= later.start for earlier, later in pairwise(openings))
