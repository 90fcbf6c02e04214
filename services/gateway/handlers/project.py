"""Follows what the other services announce, so that reading needs no other service; each event counts once."""

from typing import Any

from services.gateway.handlers.tell import TELLING, tell
from services.gateway.store.stores import Stores
from shared.events.callback import CallbackDone, CallbackMissed, CallbackOverdue, CallbackPromised
from shared.events.event import Event, Fact
from shared.events.notify import (
    AlertRaised,
    ForwardAcknowledged,
    ForwardFailed,
    ForwardPickedUp,
    ForwardQueued,
    ForwardSent,
)
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked
from shared.messaging.ledger import Work
from shared.storage.documents import Session

FORWARDS = (ForwardQueued, ForwardSent, ForwardPickedUp, ForwardAcknowledged, ForwardFailed)
CALLBACKS = (CallbackPromised, CallbackMissed, CallbackDone, CallbackOverdue)
PROJECTED: tuple[type[Fact], ...] = (PageChecked, DocumentFiled, DocumentFailed, AlertRaised, *FORWARDS, *CALLBACKS)
FOLLOWED: tuple[type[Fact], ...] = tuple(dict.fromkeys((*PROJECTED, *TELLING)))


async def project(event: Event[Any], work: Work, *, stores: Stores) -> None:
    """Bring pages, documents, forwards, callbacks and the timeline up to date, and ask for notices."""
    if isinstance(event.data, PROJECTED):
        citizen_id = await _keep(event.data, stores, work.session)
        if citizen_id:
            await stores.timeline.add(event.data, citizen_id, event.time, work.session)
    if isinstance(event.data, TELLING):
        await tell(event, work, stores=stores)


async def _keep(fact: Fact, stores: Stores, session: Session) -> str | None:
    """Keep what a fact says; return whom to tell."""
    match fact:
        case PageChecked():
            return await stores.pages.check(fact, session)
        case DocumentFiled():
            await stores.documents.file(fact, session)
        case DocumentFailed():
            await stores.documents.fail(fact, session)
        case AlertRaised():
            await stores.alerts.keep(fact, session)
            if fact.kind == "assignment_waiting":
                await stores.newcomers.alerted(fact, session)
        case ForwardQueued() | ForwardSent() | ForwardPickedUp() | ForwardAcknowledged() | ForwardFailed():
            await stores.forwards.follow(fact, session)
        case CallbackPromised() | CallbackMissed() | CallbackDone() | CallbackOverdue():
            await stores.callbacks.follow(fact, session)
    return getattr(fact, "citizen_id", None)
