"""Tells citizens what is due: claims a notice, looks for its channel's card, sends, and keeps how that ended."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.notify.domain.forward import Origin
from services.notify.domain.notice import Notice, after, asked, lane_of
from services.notify.domain.quiet import Quiet
from services.notify.domain.retry import Outcome, Schedule
from services.notify.handlers.admission import Admission, Place
from services.notify.handlers.looking import Looking, Nothing
from services.notify.store.due import StaleError
from services.notify.store.notices import Notices
from shared.cards import Card
from shared.clock import Clock
from shared.errors import PermanentError, UnavailableError
from shared.events.event import Event, Fact
from shared.events.gateway import NoticeAsked, NoticeTopic
from shared.ids import new_id
from shared.messaging.ledger import Ledger, Work
from shared.storage.objects import Objects
from shared.telemetry.logs import where

log = structlog.get_logger()


class Way(Protocol):
    """A kind of channel."""

    def host_of(self, card: Card) -> str:
        """Return the name of the server that takes what is sent to a card; empty if none does."""

    async def send(self, card: Card, topic: NoticeTopic, notice_id: str) -> Outcome:
        """Try once to tell the holder of a card."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Carries notices to citizens; several may run, each works on a notice of its own."""

    notices: Notices
    ledger: Ledger
    objects: Objects
    mails: Way | None
    pushes: Way | None
    quiet: Quiet
    schedule: Schedule
    looking: Looking
    admission: Admission
    lease: timedelta
    clock: Clock

    async def ask(self, event: Event[NoticeAsked], work: Work) -> None:
        """Keep that a citizen is to be told something, together with what already waits for them."""
        fact = event.data
        before = await self.notices.locked(f"{fact.channel_id}.{lane_of(fact.topic)}", work)
        notice = asked(before, fact, self.quiet, work.clock(), new_id(), Origin.of(event))
        await self.notices.keep(notice, work)

    async def work(self) -> None:
        """Try each notice that comes due, one after the other, until cancelled."""
        while True:
            notice, place = await self.looking.found(self._claim)
            with place, suppress(StaleError):  # more was asked for meanwhile: what waits now stands for both
                await self._tell(notice, place)

    async def give_up(self) -> None:
        """End what waits for too long for servers that do not answer."""
        now, silent = self.clock(), self.admission.shut()
        old = now - self.schedule.patience
        while silent and (notice := await self.notices.claim_old(silent, old, now + self.lease)):
            with suppress(StaleError):
                await self._announce(*notice.failed(Outcome("again", "timeout"), now))

    async def _claim(self) -> tuple[Notice, Place] | Nothing:
        now = self.clock()
        found = await self.notices.claim(self.admission.room(), now, now + self.lease)
        if not isinstance(found, Notice):
            return self.admission.nothing(found)
        if place := self.admission.take(found.to, found.rank):
            return found, place
        with suppress(StaleError):
            await self.notices.save(found.postponed(now, found.reason, counts=False))
        return Nothing(0)

    async def _tell(self, notice: Notice, place: Place) -> None:
        now = self.clock()
        morning = self.quiet.awake(notice.topic, now)
        if morning > now:  # a further try would fall into the night
            await self.notices.save(notice.postponed(morning, notice.reason, counts=False))
            return
        try:
            async with asyncio.timeout(self.lease.total_seconds() * 0.8):
                card = await self._card(notice)
                if card and notice.host is None and (host := self._host_of(card)):
                    await self._line_up(replace(notice, host=host), now)
                    return
                outcome = await self._try(notice, card, place) if card else None
        except StaleError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it has used up a try and a person may have to act
            log.warning("notice.broke", channel_id=notice.channel_id, error=type(error).__name__, where=where(error))
            ours = isinstance(error, (UnavailableError, OSError))
            outcome = Outcome("ours", "server_unavailable") if ours else Outcome("again", "internal_error")
        await self._keep(notice, outcome)

    async def _card(self, notice: Notice) -> Card | None:
        """Return what may be said where; nothing if the channel was switched off or has no word for the topic."""
        try:
            card = Card.model_validate_json(await self.objects.get(notice.card_key))
        except PermanentError:
            return None
        return card if notice.topic in card.words else None

    def _host_of(self, card: Card) -> str:
        way = self._way(card)
        return way.host_of(card) if way else ""

    async def _line_up(self, notice: Notice, now: datetime) -> None:
        """Keep which server takes it, and let it wait for its turn there."""
        await self.notices.save(notice.postponed(now, notice.reason, counts=False))

    async def _try(self, notice: Notice, card: Card, place: Place) -> Outcome:
        way = self._way(card)
        if way is None:  # the operator no longer offers it, or not in this process
            return Outcome("refused", "way_not_offered")
        outcome = await way.send(card, notice.topic, notice.notice_id)
        place.met(outcome)
        return outcome

    def _way(self, card: Card) -> Way | None:
        return self.mails if card.mailbox else self.pushes

    async def _keep(self, notice: Notice, outcome: Outcome | None) -> None:
        tell = log.bind(channel_id=notice.channel_id, topic=notice.topic, attempt=notice.attempt)
        if outcome is None:
            await self.notices.drop(notice)
            tell.info("notice.withdrawn")
            return
        tell.info("notice.tried", outcome=outcome.kind, reason=outcome.reason or None)
        now = self.clock()
        if outcome.kind == "taken":
            await self._announce(*notice.sent(now))
            return
        chance = random.random()  # noqa: S311 - spreads load, no secret
        until = after(notice, outcome, self.schedule, now, chance)
        if until is None:
            await self._announce(*notice.failed(outcome, now))
        else:
            await self.notices.save(notice.postponed(until, outcome.reason, counts=outcome.kind != "ours"))

    async def _announce(self, notice: Notice, fact: Fact) -> None:
        async with self.ledger.begin(cause=_cause(notice)) as work:
            await self.notices.save(notice, work)
            work.announce(fact)


def _cause(notice: Notice) -> Event[Any]:
    ids, at = {"channel_id": notice.channel_id, "card_key": notice.card_key}, notice.asked_at
    return notice.origin.event(NoticeAsked(**ids, topic=notice.topic, asked_at=at), at, "gateway")
