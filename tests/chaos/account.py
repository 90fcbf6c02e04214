"""What became of every thing, in the words of Jepsen's total-queue checker."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Sent:
    """What the clients did."""

    attempted: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Account:
    """How many things were attempted and acknowledged (202), and what became of them.

    ok: acknowledged, with an effect. lost: acknowledged, without one. recovered: not acknowledged, with one.
    duplicated: effects beyond a thing's first. unexpected: effects of what was never sent, or was poisoned.
    """

    attempted: int
    acknowledged: int
    ok: int
    lost: int
    recovered: int
    duplicated: int
    unexpected: int
    poisoned: int
    poisoned_in_dead_queue: int
    innocent_in_dead_queue: int

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        wrong = self.lost + self.duplicated + self.unexpected + self.innocent_in_dead_queue
        return wrong == 0 and self.poisoned == self.poisoned_in_dead_queue


def account(sent: Sent, effects: Iterable[str], dead: Iterable[str]) -> Account:
    """Balance what was sent against the effects (one entry an effect) and the things in the dead queue."""
    counted = Counter(effects)
    had_effect, buried = set(counted), set(dead)
    good = sent.acknowledged - sent.poisoned
    return Account(
        attempted=len(sent.attempted),
        acknowledged=len(sent.acknowledged),
        ok=len(good & had_effect),
        lost=len(good - had_effect),
        recovered=len((sent.attempted - sent.acknowledged - sent.poisoned) & had_effect),
        duplicated=counted.total() - len(counted),
        unexpected=len(had_effect - (sent.attempted - sent.poisoned)),
        poisoned=len(sent.poisoned & sent.acknowledged),
        poisoned_in_dead_queue=len(sent.poisoned & sent.acknowledged & buried),
        innocent_in_dead_queue=len(buried - sent.poisoned),
    )
