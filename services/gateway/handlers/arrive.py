"""Finishes uploads whose last byte is here and whose gateway died before it could make a page of them."""

from datetime import timedelta

import structlog

from services.gateway.domain.refusal import RefusedError
from services.gateway.store.stores import Stores
from shared.clock import Clock

log = structlog.get_logger()

LEFT_AFTER = timedelta(minutes=1)


async def arrive(stores: Stores, clock: Clock) -> None:
    """Make pages of complete uploads; one that is refused says so to whoever asks, and waits until it expires."""
    arrived = 0
    for transfer in await stores.transfers.left_complete(clock() - LEFT_AFTER):
        try:
            await stores.arrivals.finish(transfer)
            arrived += 1
        except RefusedError as refused:
            log.info("transfer.refused", transfer_id=transfer.id, problem=refused.code)
            await stores.transfers.put_off(transfer)
    if arrived:
        log.info("transfers.arrived", arrived=arrived)
