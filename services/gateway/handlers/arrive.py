"""Finishes uploads whose last byte is here and whose gateway died before it could make a page of them."""

from datetime import timedelta
from functools import partial

import structlog

from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.transfers import Transfer
from services.gateway.store.stores import Stores
from shared.clock import Clock
from shared.loops import attempt

log = structlog.get_logger()

LEFT_AFTER = timedelta(minutes=1)


async def arrive(stores: Stores, clock: Clock) -> None:
    """Make pages of complete uploads; one that cannot become a page keeps no other from it."""
    for transfer in await stores.transfers.left_complete(clock() - LEFT_AFTER):
        await attempt(partial(_finish, stores, transfer), "arrive")


async def _finish(stores: Stores, transfer: Transfer) -> None:
    """Make a page of an upload; one that is refused says so to whoever asks, and waits until it expires."""
    await stores.transfers.put_off(transfer)
    try:
        await stores.arrivals.finish(transfer)
    except RefusedError as refused:
        log.info("transfer.refused", transfer_id=transfer.id, problem=refused.code)
    else:
        log.info("transfer.arrived", transfer_id=transfer.id)
