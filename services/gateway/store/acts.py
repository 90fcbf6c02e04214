"""Creating requests: each takes effect once per principal and Idempotency-Key, and is answered the same ever after."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Answer, Ask
from services.gateway.domain.refusal import RefusedError
from shared.clock import Clock
from shared.errors import UnavailableError
from shared.messaging.ledger import Ledger, Work
from shared.storage.deleting import Expiring
from shared.storage.documents import Database, again_on_conflict

# As long as a phone may stay without network and still send again what it is not sure of.
KEPT = timedelta(days=30)
TRIES = 4

Act = Callable[[Work], Awaitable[Answer]]


class Acts:
    """Runs what a request asks for in one transaction, together with its answer."""

    def __init__(self, database: Database, ledger: Ledger, clock: Clock) -> None:
        """Keep first answers in `database`."""
        self._answers = database.answers
        self.expiring = Expiring(self._answers, "at", KEPT)
        self._ledger = ledger
        self._clock = clock

    async def first_answer(self, ask: Ask) -> Answer | None:
        """Return what this request was answered with before.

        Raises:
            RefusedError: `idempotency_key.reused`, if another request came under this key.
        """
        row = await self._answers.find_one({"_id": ask.id})
        if row is None:
            return None
        if (row["route"], row["digest"]) != (ask.route, ask.digest):
            raise RefusedError("idempotency_key.reused")
        return Answer(row["status"], row["body"], row["location"])

    async def once(self, ask: Ask, act: Act) -> Answer:
        """Run `act` unless this request was answered before; whoever comes second in a race gets the first answer.

        Raises:
            RefusedError: whatever `act` refuses; then nothing is kept, and the key may be used again.
        """
        return await self.first_answer(ask) or await self.first(ask, act)

    async def first(self, ask: Ask, act: Act) -> Answer:
        """Do the same, for who has just seen that there is no first answer."""
        for _ in range(TRIES):
            try:
                return await again_on_conflict(partial(self._try, ask, act))
            except DuplicateKeyError:
                if answer := await self.first_answer(ask):
                    return answer
            except RefusedError:
                if answer := await self.first_answer(ask):  # what stands in its way is its own effect, a moment ago
                    return answer
                raise
        raise UnavailableError("new ids and numbers meet old ones again and again")

    async def _try(self, ask: Ask, act: Act) -> Answer:
        async with self._ledger.begin(traceparent=ask.traceparent) as work:
            answer = await act(work)
            await self._answers.insert_one(self._row(ask, answer), session=work.session)
        return answer

    def _row(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        return {
            "_id": ask.id,
            "at": self._clock(),
            "route": ask.route,
            "digest": ask.digest,
            "status": answer.status,
            "body": answer.body,
            "location": answer.location,
        }
