"""What happens when a citizen asks to be called, when a call was made, and when none was."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from services.callback.domain.callback import Callback, Change
from services.callback.domain.terms import Terms
from services.callback.store import Callbacks, ChangedMeanwhileError
from shared.clock import Clock
from shared.events.event import Event
from shared.events.gateway import CallbackRequested, CallReported
from shared.loops import attempt
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import is_conflict

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Promises:
    """Makes promises from wishes, and watches over them."""

    callbacks: Callbacks
    ledger: Ledger
    terms: Terms
    clock: Clock

    async def promise(self, event: Event[CallbackRequested], work: Work) -> None:
        """Turn a wish to be called into a promise: a team, and a window within its service hours."""
        callback = self.terms.promise(event.data, self.clock())
        await self.callbacks.add(callback, event, work.session)
        work.announce(callback.promise())

    async def count(self, event: Event[CallReported], work: Work) -> None:
        """Count a call that a caseworker tool reported: done, missed, or missed once too often."""
        callback = await self.callbacks.get(event.data.callback_id, work.session)
        await self._keep(callback, callback.called(event.data, hours=self.terms.hours), work)

    async def escalate(self) -> None:
        """Ask a person for help, once for each callback whose call was due and did not come."""
        now = self.clock()
        async for callback_id in self.callbacks.due(now):  # one that cannot be read must not keep the others from it
            await attempt(partial(self._escalate, callback_id, now), "callback.escalate")

    async def _escalate(self, callback_id: str, now: datetime) -> None:
        callback, request = await self.callbacks.asked(callback_id)
        try:
            async with self.ledger.begin(cause=request) as work:
                await self._keep(callback, callback.lapsed(now), work)
        except Exception as error:
            if not (isinstance(error, ChangedMeanwhileError) or is_conflict(error)):
                raise
            log.info("callback.changed_meanwhile", callback_id=callback_id)

    async def _keep(self, callback: Callback, change: Change, work: Work) -> None:
        if change.callback.version == callback.version:
            return
        await self.callbacks.replace(callback, change.callback, work.session)
        for fact in change.facts:
            work.announce(fact)
