"""Fair shares of what is scarce: a bound for all together, and a smaller one for each person, address or host."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Share:
    """A name that a slot counts towards, such as a person, an address, or all strangers together.

    Attributes:
        name: what is counted; never shown to anybody.
        most: how many slots may be held at once under this name.
        waiting: how many more may wait for one under this name.
    """

    name: str
    most: int
    waiting: int = 0


class NoShareError(Exception):
    """There is no slot, and no place in the line. `own`: a share is used up; otherwise all slots together are."""

    def __init__(self, *, own: bool) -> None:
        """Tell whose bound was met."""
        super().__init__("share used up" if own else "all slots taken")
        self.own = own


@dataclass(slots=True, eq=False)
class _Waiter:
    shares: Sequence[Share]
    turn: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def name(self) -> str:
        return _first_name(self.shares)


class Slots:
    """Counts slots in this process; waiters are served in turns, by the first name of their shares."""

    def __init__(self, together: int, *, waiting: int = 0) -> None:
        """Let `together` slots be held at once, and so many more wait in line."""
        self._together = together
        self._waiting = waiting
        self._held = 0
        self._holding: Counter[str] = Counter()
        self._in_line: Counter[str] = Counter()
        self._line: OrderedDict[str, deque[_Waiter]] = OrderedDict()
        self._last = ""

    @property
    def held(self) -> int:
        """How many slots are held."""
        return self._held

    @property
    def waiting(self) -> int:
        """How many wait in line."""
        return sum(len(waiters) for waiters in self._line.values())

    def holding(self, name: str) -> int:
        """How many slots are held under a name."""
        return self._holding[name]

    @contextmanager
    def at_once(self, *shares: Share) -> Iterator[None]:
        """Hold a slot that is free now; nobody waits.

        Raises:
            NoShareError: there is none.
        """
        if not self._has_room(shares):
            raise NoShareError(own=self._held < self._together)
        self._take(shares)
        try:
            yield
        finally:
            self._give_back(shares)

    @asynccontextmanager
    async def in_turn(self, *shares: Share) -> AsyncIterator[None]:
        """Hold a slot, after a wait in line if none is free. A waiter that is cancelled leaves the line.

        Raises:
            NoShareError: the line, or the own part of it, is full.
        """
        if self._has_room(shares):  # who waits has no room now, or would have been served
            self._take(shares)
        else:
            await self._wait(shares)
        try:
            yield
        finally:
            self._give_back(shares)

    def _has_room(self, shares: Sequence[Share]) -> bool:
        return self._held < self._together and all(self._holding[share.name] < share.most for share in shares)

    def _take(self, shares: Sequence[Share]) -> None:
        self._held += 1
        self._last = _first_name(shares)
        self._holding.update(share.name for share in shares)

    def _give_back(self, shares: Sequence[Share]) -> None:
        self._held -= 1
        _less(self._holding, shares)
        self._serve()

    async def _wait(self, shares: Sequence[Share]) -> None:
        if any(self._in_line[share.name] >= share.waiting for share in shares):
            raise NoShareError(own=True)
        if self.waiting >= self._waiting:
            raise NoShareError(own=False)
        waiter = _Waiter(shares)
        self._line.setdefault(waiter.name, deque()).append(waiter)
        self._in_line.update(share.name for share in shares)
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.done() and not waiter.turn.cancelled():
                self._give_back(shares)  # its turn came in the moment it left
            else:
                self._leave(waiter)
            raise

    def _leave(self, waiter: _Waiter) -> None:
        name = waiter.name
        self._line[name].remove(waiter)
        if not self._line[name]:
            del self._line[name]
        _less(self._in_line, waiter.shares)

    def _serve(self) -> None:
        """Give what is free to the first in line who has room, name after name; who had the last slot comes last."""
        for name in sorted(self._line, key=lambda name: name == self._last):
            waiter = next((each for each in self._line[name] if _stays(each) and self._has_room(each.shares)), None)
            if waiter is not None:
                self._leave(waiter)
                if name in self._line:
                    self._line.move_to_end(name)
                self._take(waiter.shares)
                waiter.turn.set_result(None)


def _first_name(shares: Sequence[Share]) -> str:
    """Return in whose name somebody takes turns; all who count towards no share are one."""
    return shares[0].name if shares else ""


def _stays(waiter: _Waiter) -> bool:
    """Tell whether somebody still waits; who is cancelled at this moment has not left the line yet."""
    return not waiter.turn.done()


def _less(counter: Counter[str], shares: Sequence[Share]) -> None:
    counter.subtract(share.name for share in shares)
    for share in shares:
        if not counter[share.name]:
            del counter[share.name]
