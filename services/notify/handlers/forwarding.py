"""Follows consents, documents and suppliers, and keeps each forward in step with them."""

from dataclasses import dataclass, replace
from typing import Any

from services.notify.domain.alert import AlertRules, forward_alert
from services.notify.domain.consent import Consent, Papers, queue_forward
from services.notify.domain.forward import Change, Forward, Origin
from services.notify.domain.retry import Schedule
from services.notify.handlers.alerting import ALERTING, alert, raise_alert
from services.notify.store.forwards import Forwards
from shared.errors import PermanentError
from shared.events.event import Event, Fact
from shared.events.gateway import ConsentGiven, ConsentRevoked, PacketConfirmed, PacketDownloaded
from shared.events.notify import ForwardFailed
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import new_id
from shared.messaging.ledger import Work

FORWARDING = (ConsentGiven, ConsentRevoked, DocumentFiled, DocumentFailed, PacketDownloaded, PacketConfirmed)
FOLLOWED: tuple[type[Fact], ...] = tuple(dict.fromkeys((*FORWARDING, *ALERTING)))


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Handles what citizens allow and what suppliers report."""

    forwards: Forwards
    rules: AlertRules
    schedule: Schedule

    async def follow(self, event: Event[Any], work: Work) -> None:
        """Queue, stop or advance the forwards that an event concerns, and raise the alert it calls for."""
        if isinstance(event.data, ALERTING):
            await alert(event, work, rules=self.rules, forwards=self.forwards)
        match event.data:
            case ConsentGiven() as fact:
                consent = await self.forwards.keep_consent(Consent.given(fact), work)
                await self._queue(consent, await self.forwards.papers(fact.document_id, work), event, work)
            case DocumentFiled() | DocumentFailed() as fact:
                papers, consents = await self.forwards.keep_papers(Papers.of(fact), work)
                for consent in consents:
                    await self._queue(consent, papers, event, work)
            case ConsentRevoked() as fact:
                forward = await self.forwards.keep_revocation(fact.consent_id, fact.revoked_at, work)
                if forward:
                    await self.keep(forward.revoked(fact.revoked_at), work)
            case PacketDownloaded() as fact:
                await self.keep((await self._of(fact, work)).picked_up(fact.downloaded_at), work)
            case PacketConfirmed() as fact:
                await self.keep((await self._of(fact, work)).acknowledged(fact), work)

    async def keep(self, change: Change, work: Work) -> None:
        """Keep a forward as it is now and announce what happened; a failure alerts a person as well."""
        await self.forwards.save(change.forward, work)
        self._announce(change, work)

    async def _queue(self, consent: Consent, papers: Papers | None, event: Event[Any], work: Work) -> None:
        now = work.clock()
        origin = Origin.of(event)
        due = now + self.schedule.delays[0]
        if change := queue_forward(consent, papers, forward_id=new_id(), at=now, due_at=due, origin=origin):
            queued_id, *_ = self._announce(change, work)
            await self.forwards.add(replace(change.forward, origin=replace(origin, event_id=queued_id)), work)

    def _announce(self, change: Change, work: Work) -> list[str]:
        ids = [work.announce(fact) for fact in change.facts]
        for fact in change.facts:
            if isinstance(fact, ForwardFailed):
                purpose = change.forward.purpose
                raise_alert(forward_alert(fact, self.rules, purpose=purpose, alert_id=new_id()), work)
        return ids

    async def _of(self, fact: PacketDownloaded | PacketConfirmed, work: Work) -> Forward:
        forward = await self.forwards.find(fact.forward_id, work)
        if forward.supplier_id != fact.supplier_id:
            raise PermanentError("forward.not_theirs")
        return forward
