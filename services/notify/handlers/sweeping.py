"""Sweeps packets: copies of papers that nobody may fetch any more."""

from datetime import datetime, timedelta

import structlog

from services.notify.domain.packet import PACKETS
from services.notify.store.forwards import Forwards
from shared.clock import Clock
from shared.storage.objects import Objects
from shared.storage.sweeping import folders

log = structlog.get_logger()

# Longer than any link to a packet lives: two offers, each with a day of tries and at most a week to pick it up.
KEPT = timedelta(days=21)
PACKED_BY_THEN = timedelta(hours=1)
"""So long after a consent was taken back its packet is looked for again: it may just have been packed."""


async def sweep(objects: Objects, forwards: Forwards, clock: Clock, every: timedelta) -> None:
    """Remove packets whose consent was taken back, and those whose links have died; originals and PDFs stay."""
    now = clock()
    revoked, died = await _revoked(objects, forwards, now), await _died(objects, now, every)
    if revoked or died:
        log.info("packets.swept", revoked=revoked, died=died)


async def _revoked(objects: Objects, forwards: Forwards, now: datetime) -> int:
    """Remove the packets of consents that were taken back, by their rows; return how many consents there were."""
    revoked = await forwards.revoked()
    for key in await forwards.packets_of([one.forward_id for one in revoked if one.forward_id]):
        await objects.remove(key)
    await forwards.see_gone([one.consent_id for one in revoked if one.at <= now - PACKED_BY_THEN])
    return len(revoked)


async def _died(objects: Objects, now: datetime, every: timedelta) -> int:
    """Remove the packets that no link leads to any more, by their days; return how many."""
    removed = 0
    for folder in folders(PACKETS, now - KEPT + timedelta(days=1), every):
        async for keys in objects.older(folder, now - KEPT):
            for key in keys:
                await objects.remove(key)
                removed += 1
    return removed
