"""Tells suppliers of packets that are due: claims one, packs it, sends it, and keeps how that ended."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from services.notify.client.queue import SupplierQueues
from services.notify.client.webhook import Webhooks
from services.notify.domain.forward import Change, Forward, Packet
from services.notify.domain.offer import offer
from services.notify.domain.packet import cut_packet, key_of
from services.notify.domain.retry import Outcome, Schedule
from services.notify.handlers.admission import Admission, Place
from services.notify.handlers.forwarding import Forwarding
from services.notify.handlers.looking import Looking, Nothing
from services.notify.store.due import StaleError
from services.notify.store.forwards import Forwards
from shared.clock import Clock
from shared.errors import PermanentError, UnavailableError
from shared.events.event import Event, envelop
from shared.ids import new_id
from shared.links import Links
from shared.messaging.ledger import Ledger
from shared.partners import PartnersFile, Supplier
from shared.storage.documents import is_unavailable
from shared.storage.objects import Objects
from shared.telemetry.logs import where

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dispatching:
    """Carries due forwards to their suppliers; several may run, each works on a forward of its own."""

    forwards: Forwards
    forwarding: Forwarding
    ledger: Ledger
    objects: Objects
    partners: PartnersFile
    links: Links
    public_url: str
    webhooks: Webhooks
    queues: SupplierQueues
    schedule: Schedule
    looking: Looking
    admission: Admission
    lease: timedelta
    pick_up_within: timedelta
    clock: Clock

    async def work(self) -> None:
        """Try each forward that comes due, one after the other, until cancelled."""
        while True:
            forward, place = await self.looking.found(self._claim)
            with place:
                await (self._lapse(forward) if forward.state == "sent" else self._dispatch(forward, place))

    async def give_up(self) -> None:
        """Hand to a person what waits for too long for suppliers that do not answer."""
        now, silent = self.clock(), self.admission.shut()
        old = now - self.schedule.patience
        while silent and (forward := await self.forwards.claim_old(silent, old, now + self.lease)):
            await self._keep(forward, Outcome("never", forward.reason or "timeout"))

    async def _claim(self) -> tuple[Forward, Place] | Nothing:
        now = self.clock()
        found = await self.forwards.claim(self.admission.room(), now, now + self.lease)
        if not isinstance(found, Forward):
            return self.admission.nothing(found)
        if place := self.admission.take(found.to, found.rank):
            return found, place
        await self.forwards.name_supplier(found.supplier_id)
        with suppress(StaleError):
            await self.forwards.save(found.postponed(now, found.reason or "", counts=False).forward)
        return Nothing(0)

    async def _lapse(self, forward: Forward) -> None:
        """Go on with a packet that was not picked up in time, unless that is no longer so."""
        change = forward.lapsed(self.clock(), notice_id=new_id())
        try:
            async with self.ledger.begin(cause=_cause(forward)) as work:
                await self.forwarding.keep(change, work)
        except StaleError:
            return  # picked up, confirmed or taken back at this very moment
        log.info("forward.not_picked_up", forward_id=forward.forward_id, state=change.forward.state)

    async def _dispatch(self, forward: Forward, place: Place) -> None:
        """Try one forward; a try that outlives its lease is ended, as another process would begin the next."""
        try:
            async with asyncio.timeout(self.lease.total_seconds() * 0.8):
                forward, outcome = await self._try(forward, place)
        except StaleError:
            return  # taken back or picked up meanwhile: there is nothing left to send
        except Exception as error:  # noqa: BLE001 - whatever it is, it has used up a try and a person may have to act
            log.warning("forward.broke", forward_id=forward.forward_id, error=type(error).__name__, where=where(error))
            outcome = Outcome("ours", "server_unavailable") if _away(error) else Outcome("again", "internal_error")
        await self._keep(forward, outcome)

    async def _try(self, forward: Forward, place: Place) -> tuple[Forward, Outcome]:
        if forward.attempt > len(self.schedule.delays):
            return forward, Outcome("never", forward.reason or "tries_used")
        supplier = self.partners.current().supplier(forward.supplier_id)
        if supplier is None:
            return forward, Outcome("never", "supplier_unknown")
        try:
            packet = forward.packet or await self._pack(forward)
        except PermanentError as error:
            return forward, Outcome("never", error.code)
        if forward.packet is None or forward.way != supplier.way:
            forward = await self.forwards.save(replace(forward, packet=packet, way=supplier.way))
        outcome = await self._send(forward, packet, supplier)
        place.met(outcome)
        return forward, outcome

    async def _pack(self, forward: Forward) -> Packet:
        """Put the consented pages into the object store; done again, it puts the same bytes there."""
        if forward.pdf is None:
            raise PermanentError("document_failed")
        filed = await self.objects.get(forward.pdf.key, sha256=forward.pdf.sha256)
        cut = await asyncio.to_thread(cut_packet, filed, forward.pdf.page_ids, forward.page_ids)
        key = key_of(forward.forward_id)
        await self.objects.put(key, cut.data, size_bytes=len(cut.data), media_type="application/pdf")
        return Packet(key, cut.sha256, len(cut.data))

    async def _send(self, forward: Forward, packet: Packet, supplier: Supplier) -> Outcome:
        origin = forward.origin
        now, within = self.clock(), self.pick_up_within
        fact = offer(forward, packet, self.links, self.public_url, at=now, pick_up_within=within)
        body = envelop(
            fact,
            id=forward.notice_id,
            time=fact.offered_at,
            source="notify",
            tenant=origin.tenant,
            correlation_id=origin.correlation_id,
            causation_id=origin.event_id,
        ).to_json()
        message_id = forward.notice_id
        if supplier.way == "queue":
            correlation_id = origin.correlation_id
            return await self.queues.send(supplier.id, message_id=message_id, correlation_id=correlation_id, body=body)
        if not (supplier.webhook_url and supplier.webhook_secret):
            return Outcome("never", "supplier_without_webhook")
        url = str(supplier.webhook_url)
        return await self.webhooks.send(url, supplier.webhook_secret, message_id=message_id, body=body)

    async def _keep(self, forward: Forward, outcome: Outcome) -> None:
        """Record how a try ended; when the forward changed meanwhile, decide again on what it is now."""
        while True:
            try:
                change = self._after(forward, outcome)
                async with self.ledger.begin(cause=_cause(forward)) as work:
                    await self.forwarding.keep(change, work)
            except StaleError:
                forward = await self.forwards.find(forward.forward_id)
            else:
                _tell(change.forward, outcome)
                return

    def _after(self, forward: Forward, outcome: Outcome) -> Change:
        now = self.clock()
        if outcome.kind == "taken":
            return forward.sent(now, due_at=now + self.pick_up_within)
        delay = self.schedule.after(outcome, forward.attempt, random.random())  # noqa: S311 - spreads load, no secret
        ours = outcome.kind == "ours"
        if delay is None or (ours and now - forward.offered_since > self.schedule.patience):
            return forward.failed(outcome.reason, now)
        return forward.postponed(now + delay, outcome.reason, counts=not ours)


def _cause(forward: Forward) -> Event[Any]:
    return forward.origin.event(forward.queued(), forward.queued_at, "notify")


def _away(error: Exception) -> bool:
    return isinstance(error, (UnavailableError, OSError)) or is_unavailable(error)


def _tell(forward: Forward, outcome: Outcome) -> None:
    log.info(
        "forward.tried",
        forward_id=forward.forward_id,
        supplier_id=forward.supplier_id,
        attempt=forward.attempt,
        outcome=outcome.kind,
        reason=outcome.reason or None,
        state=forward.state,
    )
