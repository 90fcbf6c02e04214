"""Where a client's live feed stands, so that a broken connection goes on without a gap and without repeats.

Entries are named by UUIDv7, made shortly before they are committed. Two of them may become visible in the other
order, so the highest id sent does not say that all lower ones were. A mark therefore also counts what was sent
within `SETTLING` before it: if that many are visible on return, nothing came late; if not, that span is sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.ids import first_id_of

SETTLING = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest id sent, and how many ids were sent within `SETTLING` up to it."""

    id: str
    count: int

    def text(self) -> str:
        """Return the form that travels as `Last-Event-ID`."""
        return f"{self.id}.{self.count}"

    @property
    def floor(self) -> str:
        """The lowest id that may still become visible late."""
        made_at = datetime.fromtimestamp((UUID(self.id).int >> 80) / 1000, UTC)
        return first_id_of(made_at - SETTLING)


def parse_mark(text: str | None) -> Mark | None:
    """Return the mark of a `Last-Event-ID`; what is none of ours counts as none."""
    row_id, _, count = (text or "").partition(".")
    try:
        mark = Mark(str(UUID(row_id)), int(count))
        _ = mark.floor  # an id of no time we can name has none, and is none of ours
    except (ValueError, OverflowError, OSError):
        return None
    return mark


@dataclass(slots=True)
class Sent:
    """What one connection has sent."""

    mark: Mark
    ids: set[str] = field(default_factory=set)

    @classmethod
    def fresh(cls, now: datetime, visible: Sequence[str]) -> "Sent":
        """Start with what comes after now; `visible` are the ids within `SETTLING` before it."""
        return cls(Mark(max([first_id_of(now), *visible]), len(visible)), set(visible))

    @classmethod
    def resumed(cls, mark: Mark, visible: Sequence[str]) -> "Sent":
        """Go on after `mark`; `visible` are the ids now to be seen from its floor on."""
        up_to = {row_id for row_id in visible if row_id <= mark.id}
        return cls(mark, up_to if len(up_to) == mark.count else {mark.id})

    def add(self, row_id: str) -> Mark:
        """Count an id as sent; return the mark that travels with it."""
        self.ids.add(row_id)
        highest = Mark(max(self.mark.id, row_id), 0)
        self.ids = {sent for sent in self.ids if sent >= highest.floor}
        self.mark = Mark(highest.id, len(self.ids))
        return self.mark
