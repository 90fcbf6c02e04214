"""Turns what happened into alerts, for the tools' queues and for everybody who keeps a view of them."""

from typing import Any

from services.notify.domain.alert import AlertRules, alert_about
from services.notify.store.forwards import Forwards
from shared.events.callback import CallbackOverdue, CallbackPromised
from shared.events.event import Event, Fact
from shared.events.gateway import AssignmentRequested, CitizenUnreached
from shared.events.notify import AlertRaised
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import new_id
from shared.messaging.ledger import Work
from shared.messaging.topology import DESK

ALERTING: tuple[type[Fact], ...] = (
    DocumentFiled,
    DocumentFailed,
    CallbackPromised,
    CallbackOverdue,
    AssignmentRequested,
    CitizenUnreached,
)


async def alert(event: Event[Any], work: Work, *, rules: AlertRules, forwards: Forwards) -> None:
    """Raise the alert that a document or a callback calls for; none for a version that is out of date."""
    fact = event.data
    if isinstance(fact, (DocumentFiled, DocumentFailed)) and not await forwards.is_newest(fact, work):
        return
    raise_alert(alert_about(fact, rules, alert_id=new_id(), at=work.clock()), work)


def raise_alert(fact: AlertRaised, work: Work) -> None:
    """Announce an alert twice with one id: to the team's tools, and as an event (views, access rights)."""
    work.announce(fact)
    work.announce(fact, exchange=DESK, routing_key=f"team.{fact.team}.{fact.kind}")
