"""Measures what waits in partners' queues, so that a person hears of a partner that reads nothing."""

from services.notify.client.queue import SupplierQueues
from shared.partners import PartnersFile
from shared.telemetry.metrics import PARTNER_WAITING


async def measure(partners: PartnersFile, queues: SupplierQueues) -> None:
    """Count the messages in each partner's queue; one that is not there, or cannot be asked now, keeps its figure."""
    known = partners.current()
    names = [*(f"desk.{tool.id}" for tool in known.tools)]
    names += [f"supplier.{supplier.id}" for supplier in known.suppliers if supplier.way == "queue"]
    for name in names:
        waiting = await queues.waiting(name)
        if waiting is not None:
            PARTNER_WAITING.labels(name).set(waiting)
