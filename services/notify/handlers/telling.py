"""Tells citizens what is due: claims a notice, looks for its channel's card, sends, and keeps how that ended."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog

from services.notify.domain.forward import Origin
from services.notify.domain.notice import Notice, after, asked, lane_of
from services.notify.domain.quiet import Quiet
from services.notify.domain.retry import Outcome, Schedule
from services.notify.handlers.looking import Looking
from services.notify.store import Notices, StaleError
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
    lease: timedelta
    clock: Clock

    async def ask(self, event: Event[NoticeAsked], work: Work) -> None:
        """Keep that a citizen is to be told something, together with what already waits for them."""
        fact = event.data
        before = await self.notices.locked(f"{fact.channel_id}.{lane_of(fact.topic)}", work)
        notice = asked(before, fact, self.quiet, work.clock(), new_id(), Origin.of(event))
        await self.notices.keep(notice, work)

    async def tell(self) -> None:
        """Try each notice that comes due, one after the other, until cancelled."""
        while True:
            notice = await self.looking.found(self._claim)
            with suppress(StaleError):  # more was asked for meanwhile: what waits now stands for both
                await self._tell(notice)

    async def _claim(self) -> Notice | None:
        now = self.clock()
        return await self.notices.claim(now, now + self.lease)

    async def _tell(self, notice: Notice) -> None:
        now = self.clock()
        morning = self.quiet.awake(notice.topic, now)
        if morning > now:  # a further try would fall into the night
            await self.notices.save(notice.postponed(morning, notice.reason, counts=False))
            return
        try:
            async with asyncio.timeout(self.lease.total_seconds() * 0.8):
                outcome = await self._try(notice)
        except Exception as error:  # noqa: BLE001 - whatever it is, it has used up a try and a person may have to act
            log.warning("notice.broke", channel_id=notice.channel_id, error=type(error).__name__, where=where(error))
            ours = isinstance(error, (UnavailableError, OSError))
            outcome = Outcome("ours", "server_unavailable") if ours else Outcome("again", "internal_error")
        await self._keep(notice, outcome)

    async def _try(self, notice: Notice) -> Outcome | None:
        """Send one notice; nothing comes of it if the channel was switched off or has no word for the topic."""
        try:
            card = Card.model_validate_json(await self.objects.get(notice.card_key))
        except PermanentError:
            return None
        if notice.topic not in card.words:
            return None
        way = self.mails if card.mailbox else self.pushes
        if way is None:  # the operator no longer offers it, or not in this process
            return Outcome("refused", "way_not_offered")
        return await way.send(card, notice.topic, notice.notice_id)

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
