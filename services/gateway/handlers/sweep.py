"""Sweeps orphans: bytes that were stored, and whose page was never kept because the request broke in between."""

from datetime import timedelta

import structlog

from services.gateway.store.channels import Channels
from services.gateway.store.pages import ORIGINALS, Pages
from shared.clock import Clock
from shared.storage.objects import Objects

log = structlog.get_logger()

ORPHAN_AFTER = timedelta(days=1)


async def sweep(objects: Objects, pages: Pages, clock: Clock) -> None:
    """Remove originals older than a day that no page has; ids are never used again, so none can get one."""
    removed = 0
    async for found in objects.list(ORIGINALS):
        if clock() - found.changed_at < ORPHAN_AFTER or await pages.known(found.key.removeprefix(ORIGINALS)):
            continue
        await objects.remove(found.key)
        removed += 1
    if removed:
        log.info("orphans.swept", removed=removed)


async def sweep_cards(channels: Channels) -> None:
    """Forget addresses that were never confirmed, and cards that belong to no channel."""
    if removed := await channels.sweep():
        log.info("channels.swept", removed=removed)
