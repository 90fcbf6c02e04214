"""The time: aware UTC inside, Europe/Berlin for people, and always a parameter."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Before all times: a lower bound for a time, so that a database does not look at the rows that have none."""

BERLIN = ZoneInfo("Europe/Berlin")


def utc_now() -> datetime:
    """Return the current instant in UTC, cut to the millisecond that MongoDB keeps."""
    return as_kept(datetime.now(UTC))


def as_kept(at: datetime) -> datetime:
    """Return an instant as MongoDB keeps it, cut to the millisecond: for comparing it with one that was kept."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
