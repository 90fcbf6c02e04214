"""Sweeps what nobody needs: bytes, pages and uploads that were never finished, newcomers who never came back."""

from datetime import timedelta

import structlog

from services.gateway.store.channels import Channels
from services.gateway.store.counts import Counts
from services.gateway.store.forgetting import Forgetting
from services.gateway.store.pages import ORIGINALS, Pages
from services.gateway.store.stores import Stores
from services.gateway.store.transfers import PARTS
from shared.clock import Clock
from shared.storage.objects import Objects

log = structlog.get_logger()

ORPHAN_AFTER = timedelta(days=1)
REMOVED_AFTER = timedelta(minutes=10)
FORGOTTEN_AFTER = timedelta(days=30)


async def sweep(objects: Objects, pages: Pages, clock: Clock) -> None:
    """Remove originals older than a day that no page has; ids are never used again, so none can get one."""
    removed = 0
    async for keys in objects.older(ORIGINALS, clock() - ORPHAN_AFTER):
        ids = {key.removeprefix(ORIGINALS) for key in keys}
        for page_id in ids - await pages.known(ids):
            await pages.remove_bytes(page_id)
            removed += 1
    if removed:
        log.info("orphans.swept", removed=removed)


async def sweep_transfers(stores: Stores, clock: Clock) -> None:
    """Forget uploads that have waited too long, and remove parts older than a day that no unfinished one needs."""
    expired, removed = await stores.transfers.expire(), 0
    async for keys in stores.objects.older(PARTS, clock() - ORPHAN_AFTER):
        for key in set(keys) - await stores.transfers.needed(keys):
            await stores.objects.remove(key)
            removed += 1
    if expired or removed:
        log.info("transfers.swept", expired=expired, parts=removed)


async def sweep_unsent(stores: Stores, clock: Clock, after: timedelta) -> None:
    """Remove pages older than `after` that are in no document, and in no draft of a device that is still let in.

    Drafts that nobody changes go first.
    """
    expired, dropped = await stores.drafts.expire(clock()), 0
    async for idle in stores.pages.idle(clock() - after):
        ids = [page.id for page in idle]
        handed_in, drafts = await stores.documents.naming(ids), await stores.drafts.holding(ids)
        drafted = {page_id for one in drafts if await stores.people.lets_in(one.id) for page_id in one.page_ids}
        await stores.pages.keep_for_good(sorted(handed_in & set(ids)))
        for page in idle:
            dropped += page.id not in handed_in | drafted and await stores.pages.drop(page)
    if expired or dropped:
        log.info("pages.swept", drafts=expired, dropped=dropped)


async def sweep_removed(stores: Stores, clock: Clock) -> None:
    """Drop pages that somebody removed, some minutes later: upload may just be looking at one."""
    now, dropped = clock(), 0
    for page in await stores.pages.removed(now - REMOVED_AFTER, now - ORPHAN_AFTER):
        dropped += await stores.pages.drop(page)
    if dropped:
        log.info("pages.removed", dropped=dropped)


async def sweep_cards(channels: Channels) -> None:
    """Forget addresses that were never confirmed, and cards that belong to no channel."""
    if removed := await channels.sweep():
        log.info("channels.swept", removed=removed)


async def sweep_counts(counts: Counts) -> None:
    """Forget what was counted in windows of time that are over."""
    await counts.sweep()


async def forget(forgetting: Forgetting, clock: Clock) -> None:
    """Let newcomers go who started a month ago and handed nothing in."""
    if count := await forgetting.idle(clock() - FORGOTTEN_AFTER):
        log.info("newcomers.forgotten", count=count)
