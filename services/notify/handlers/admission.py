"""Who is tried now: some at once for each receiver, none that does not answer, and room kept for what presses."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Self

import structlog

from services.notify.domain.line import STRANGERS, URGENT, USUAL, Rank, Room
from services.notify.domain.retry import Outcome
from services.notify.handlers.looking import Nothing
from shared.breaker import Breakers
from shared.clock import Clock
from shared.shares import NoShareError, Share, Slots

log = structlog.get_logger()


class Admission:
    """Counts the tries of this process; `at_once` besides one that only what presses may take."""

    def __init__(self, *, at_once: int, each: int, breakers: Breakers, bell: Callable[[], None], clock: Clock) -> None:
        """Let `each` tries be under way for one receiver; strangers share half of `at_once`. Ring when one ends."""
        self._at_once = at_once
        self._each = each
        self._strangers = max(1, at_once // 2)
        self._slots = Slots(at_once + 1)
        self._trying: Counter[str] = Counter()
        self._breakers = breakers
        self._bell = bell
        self._clock = clock

    @property
    def workers(self) -> int:
        """How many tries may be under way."""
        return self._at_once + 1

    def room(self) -> Room:
        """Return what may be tried now."""
        full = [to for to, tries in self._trying.items() if tries >= self._each]
        return Room(self._ranks(), tuple(dict.fromkeys([*full, *self.shut()])))

    def shut(self) -> list[str]:
        """Return the receivers that do not answer, and are left alone for now."""
        return self._breakers.shut(self._clock())

    def nothing(self, due_at: datetime | None) -> Nothing:
        """Say for how long nothing can be tried: the next is due then, or a receiver may be tried again before."""
        now = self._clock()
        times = [time for time in (due_at, self._breakers.next_trial(now)) if time]
        return Nothing((min(times) - now).total_seconds()) if times else Nothing()

    def take(self, to: str | None, rank: Rank) -> "Place | None":
        """Return the place of a try, if its receiver (not known yet: None) has room for it."""
        if to is not None and to in self.room().busy:
            return None
        slot = ExitStack()
        try:
            slot.enter_context(self._slots.at_once(*self._shares(rank)))
        except NoShareError:
            return None
        return Place(self, to, slot)

    def begin(self, to: str) -> None:
        """Count a try."""
        self._trying[to] += 1
        self._breakers.begun(to)

    def met(self, to: str, outcome: Outcome) -> None:
        """Learn from a try whether a receiver answers."""
        if not outcome.is_silence:
            self._breakers.answered(to)
        elif self._breakers.silent(to, self._clock()):
            log.warning("receiver.left_alone", to=to, reason=outcome.reason)

    def end(self, to: str | None) -> None:
        """Make room for the next try."""
        if to is not None:
            self._breakers.left(to)
            self._trying[to] -= 1
            self._trying += Counter()  # forgets who is at zero
        self._bell()

    def _ranks(self) -> tuple[Rank, ...]:
        if self._slots.holding("usual") >= self._at_once:
            return (URGENT,)
        if self._slots.holding("strangers") >= self._strangers:
            return (URGENT, USUAL)
        return (URGENT, USUAL, STRANGERS)

    def _shares(self, rank: Rank) -> list[Share]:
        usual = [Share("usual", self._at_once)] if rank != URGENT else []
        return [*usual, *([Share("strangers", self._strangers)] if rank == STRANGERS else [])]


class Place:
    """A try under way: a context that makes room again."""

    def __init__(self, admission: Admission, to: str | None, slot: ExitStack) -> None:
        """Begin a try."""
        self._admission = admission
        self._to = to
        self._slot = slot
        if to is not None:
            admission.begin(to)

    def met(self, outcome: Outcome) -> None:
        """Learn from what the receiver did; a failure of our own says nothing about it."""
        if self._to is not None and outcome.kind != "ours":
            self._admission.met(self._to, outcome)

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the try."""
        self._slot.close()
        self._admission.end(self._to)
