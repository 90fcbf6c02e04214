"""Sweeps what nobody needs: pages and uploads that were never finished, newcomers who never came back."""

from collections.abc import Iterable
from datetime import timedelta

import structlog

from services.gateway.store.channels import Channels
from services.gateway.store.forgetting import Forgetting
from services.gateway.store.stores import Stores
from shared.clock import Clock
from shared.storage.deleting import Expiring

log = structlog.get_logger()

REMOVED_AFTER = timedelta(minutes=10)
CHECKED_WITHIN = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=30)


async def sweep_transfers(stores: Stores) -> None:
    """Forget uploads that have waited too long, with their parts."""
    if expired := await stores.transfers.expire():
        log.info("transfers.swept", expired=expired)


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
    for page in await stores.pages.removed(now - REMOVED_AFTER, now - CHECKED_WITHIN):
        dropped += await stores.pages.drop(page)
    if dropped:
        log.info("pages.removed", dropped=dropped)


async def sweep_cards(channels: Channels) -> None:
    """Forget addresses that were never confirmed, and cards that belong to no channel."""
    if removed := await channels.sweep():
        log.info("channels.swept", removed=removed)


async def sweep_expired(expiring: Iterable[Expiring], clock: Clock) -> None:
    """Delete rows that are of no use any more: old answers and counts, codes and links nobody can use."""
    for rows in expiring:
        await rows.sweep(clock())


async def forget(forgetting: Forgetting, clock: Clock) -> None:
    """Let newcomers go who started a month ago and handed nothing in."""
    if count := await forgetting.idle(clock() - FORGOTTEN_AFTER):
        log.info("newcomers.forgotten", count=count)
