"""The time: aware UTC inside, Europe/Berlin for people, and always a parameter."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

BERLIN = ZoneInfo("Europe/Berlin")


def utc_now() -> datetime:
    """Return the current instant in UTC, cut to the millisecond that MongoDB keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
