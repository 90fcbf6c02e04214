"""Whose pages and documents this process works on: some at once, some waiting, citizens in turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from shared.errors import TurnError
from shared.shares import NoShareError, Share, Slots


class Turns:
    """Places for what a process has in hand; whoever has as many of them as are still free gives way to others.

    Those without an account, whom anybody can be any number of, have half of all places at most, and one turn together.
    """

    def __init__(self, at_once: int, *, in_hand: int, seconds: float) -> None:
        """Let `at_once` be worked on, one citizen's never all of them; the rest of `in_hand` wait so many seconds."""
        self._each = max(1, at_once - 1)
        self._strangers = Share("strangers", max(1, at_once // 2), waiting=in_hand // 2)
        self._in_hand = in_hand
        self._seconds = seconds
        self._slots = Slots(at_once, waiting=max(0, in_hand - at_once))

    @asynccontextmanager
    async def of(self, citizen_id: str, *, newcomer: bool = False) -> AsyncIterator[None]:
        """Hold a place to work for a citizen; of a `newcomer` nobody has said yet who that is.

        Raises:
            TurnError: it is others' turn; come again later.
        """
        free = self._in_hand - self._slots.held - self._slots.waiting
        own = Share(citizen_id, self._each, waiting=free)
        shares = (self._strangers, own) if newcomer else (own,)
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._seconds):
                    await held.enter_async_context(self._slots.in_turn(*shares))
            except (NoShareError, TimeoutError) as error:
                raise TurnError from error
            yield


@dataclass(frozen=True, slots=True)
class AllTurns:
    """The turns of each kind of work; documents declared as one of `urgent_types` do not wait for others."""

    checks: Turns
    probes: Turns
    documents: Turns
    urgent: Turns
    urgent_types: frozenset[str]

    def documents_of(self, *, urgent: bool) -> Turns:
        """Return the turns of documents that are urgent, or of those that are not."""
        return self.urgent if urgent else self.documents
