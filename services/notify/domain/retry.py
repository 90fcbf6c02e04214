"""When a supplier that could not be told is tried again, and when a person must act."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended.

    `taken`: the supplier has the notice. `again`: it may heal by itself (5xx, 408, 425, 429, no connection, silence).
    `refused`: it heals only if somebody repairs it (other 4xx, a redirect, an address that may not be called), so a
    few tries are made. `never`: nothing to wait for (410 Gone, an unknown supplier, papers that cannot be packed).
    `ours`: a server of our own was away, which uses up none of the supplier's tries.
    """

    kind: Literal["taken", "again", "refused", "never", "ours"]
    reason: str = ""

    @property
    def is_silence(self) -> bool:
        """Whether nobody was there: no answer, or a queue that nobody empties; an answer that refuses is none."""
        return self.reason in ("timeout", "connection_failed", "queue_full")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The delay before each try, varied so that many do not come back at the same moment.

    The default delays in the settings are those of Svix (docs.svix.com/retries): 8 tries in about 27 hours.
    """

    delays: tuple[timedelta, ...]
    refused_tries: int
    jitter: float

    def after(self, outcome: Outcome, attempt: int, chance: float) -> timedelta | None:
        """Return how long to wait after try number `attempt` failed; nothing if it was the last.

        Args:
            outcome: how that try ended.
            attempt: its number, counted from 1.
            chance: a random number from 0 to 1.
        """
        if outcome.kind == "ours":
            return self.delays[min(1, len(self.delays) - 1)]
        tries = {"again": len(self.delays), "refused": min(self.refused_tries, len(self.delays))}
        if attempt >= tries.get(outcome.kind, 0):
            return None
        return self.delays[attempt] * (1 + self.jitter * (2 * chance - 1))

    @property
    def patience(self) -> timedelta:
        """How long all tries take together; a server of ours that is away for longer needs a person."""
        return sum(self.delays, timedelta()) + timedelta(minutes=1)
