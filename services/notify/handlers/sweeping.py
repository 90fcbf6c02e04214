"""Sweeps packets: copies of papers that nobody may fetch any more."""

from datetime import timedelta

import structlog

from services.notify.domain.packet import PACKETS, forward_of
from services.notify.store import Forwards
from shared.clock import Clock
from shared.storage.objects import Objects

log = structlog.get_logger()

# Longer than any link to a packet lives: two offers, each with a day of tries and at most a week to pick it up.
KEPT = timedelta(days=21)


async def sweep(objects: Objects, forwards: Forwards, clock: Clock) -> None:
    """Remove packets whose consent was taken back, and those whose links have died; originals and PDFs stay."""
    removed = 0
    async for found in objects.list(PACKETS):
        if clock() - found.changed_at >= KEPT or await forwards.is_revoked(forward_of(found.key)):
            await objects.remove(found.key)
            removed += 1
    if removed:
        log.info("packets.swept", removed=removed)
