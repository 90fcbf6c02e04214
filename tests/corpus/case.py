"""One file of the corpus: how it is made, and what may be said about it."""

from collections.abc import Callable
from dataclasses import dataclass

SEEN = "seen"  # the page was looked at, whatever the verdict


@dataclass(frozen=True, slots=True)
class Case:
    """A file, made when it is asked for, and the main reasons that are right for it; `SEEN` if it is a page."""

    make: Callable[[], bytes]
    reasons: frozenset[str]


def case(make: Callable[[], bytes], *reasons: str) -> Case:
    """Return a case with its right answers."""
    return Case(make, frozenset(reasons))
