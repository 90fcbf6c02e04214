"""Sweeping: what no row accounts for goes after a day; a round lists a few days, not all that was ever kept."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import structlog

from shared.storage.inventory import Inventory
from shared.storage.objects import Objects

log = structlog.get_logger()

GRACE = timedelta(days=1)
"""So long an object may wait for its row: it is put first."""
RECENT_DAYS = 3
WEEK = timedelta(days=7)
FIRST_DAY = date(2026, 11, 30)
"""Keys that are older have no day: the id stands right behind the prefix."""


def day_key(prefix: str, day: date, *names: str) -> str:
    """Return a key under the folder of a day."""
    return prefix + "/".join([day.isoformat(), *names])


def folders(prefix: str, now: datetime, every: timedelta) -> Iterator[str]:
    """Yield what one round of a job that runs every so often lists: the last days, and a part of all others.

    In a week of rounds each day has its turn, and so have the keys without a day, which begin with an id.
    """
    today, rounds = now.astimezone(UTC).date(), max(1, WEEK // every)
    for back in range(1, RECENT_DAYS + 1):
        yield day_key(prefix, today - timedelta(days=back), "")
    turn = int(now.timestamp() // every.total_seconds()) % rounds
    for number in range(turn, (today - FIRST_DAY).days - RECENT_DAYS, rounds):
        yield day_key(prefix, FIRST_DAY + timedelta(days=number), "")
    if turn == 0:
        yield f"{prefix}0"  # with which every UUIDv7 of this millennium begins


async def sweep(objects: Objects, inventory: Inventory, now: datetime, every: timedelta) -> int:
    """Remove what no row accounts for, in the folders whose turn it is; return how many objects went."""
    removed = 0
    for folder in folders(inventory.prefix, now, every):
        async for keys in objects.older(folder, now - GRACE):
            for key in set(keys) - await inventory.needed(keys):
                await inventory.drop(key, objects)
                removed += 1
    if removed:
        log.info("objects.swept", prefix=inventory.prefix, removed=removed)
    return removed
