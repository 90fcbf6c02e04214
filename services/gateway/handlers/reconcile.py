"""Does not trust the queue: what was accepted and had no effect for long is announced again, as the same event."""

import structlog

from services.gateway.store.repeats import Repeats

log = structlog.get_logger()


async def reconcile(repeats: Repeats) -> None:
    """Repeat the events of documents that were neither filed nor failed, and of pages never checked."""
    for name, count in (("documents", await repeats.documents()), ("pages", await repeats.pages())):
        if count:
            log.warning("submissions.repeated", what=name, count=count)
