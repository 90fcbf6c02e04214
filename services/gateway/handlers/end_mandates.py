"""Tells both sides when the last day of a mandate is over; nobody could act under it from that moment on."""

import structlog

from services.gateway.store.mandates import Mandates

log = structlog.get_logger()


async def end_mandates(mandates: Mandates) -> None:
    """End what is due."""
    if ended := await mandates.end_due():
        log.info("mandates.ended", count=ended)
