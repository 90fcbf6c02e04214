"""When calls are made, and which window a wish leads to."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.clock import BERLIN
from shared.errors import PermanentError

# Less is no window to be called in: a wish that hardly touches the service hours is moved instead.
SHORTEST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, from `start` up to `end`, both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a window without time in it."""
        if self.start >= self.end:
            raise PermanentError("callback.window_empty")

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    def within(self, other: "Window") -> "Window | None":
        """Return the part of this window that lies in the other one."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Hours:
    """When calls are made: spans of wall time per weekday (0 is Monday), on days that are not free."""

    week: Mapping[int, Sequence[tuple[time, time]]]
    free: Container[date]
    zone: ZoneInfo = BERLIN

    def openings(self, after: datetime) -> Iterator[Window]:
        """Yield, without end, the stretches of UTC time after an instant in which calls are made."""
        day = after.astimezone(self.zone).date()
        while True:
            for opens, closes in self._spans(day):
                # Subtracting or comparing wall times of one zone ignores its clock changes: go by UTC.
                start = max(datetime.combine(day, opens, self.zone).astimezone(UTC), after)
                end = datetime.combine(day, closes, self.zone).astimezone(UTC)
                if start < end:
                    yield Window(start, end)
            day += timedelta(days=1)

    def _spans(self, day: date) -> Sequence[tuple[time, time]]:
        return () if day in self.free else self.week.get(day.weekday(), ())

    def promise(self, wish: Window, now: datetime) -> Window:
        """Return the window to promise: the part of the wish within service hours, else the next possible one."""
        enough = min(wish.length, SHORTEST)
        opening = next(o for o in self.openings(max(wish.start, now)) if o.length >= enough)
        kept = wish.within(opening)
        if kept and kept.length >= enough:
            return kept
        return Window(opening.start, min(opening.end, opening.start + wish.length))

    def next_day_ends(self, after: datetime) -> datetime:
        """Return when the service hours of the next service day end (its first span, if it has several)."""
        today = after.astimezone(self.zone).date()
        return next(w.end for w in self.openings(after) if w.start.astimezone(self.zone).date() > today)
