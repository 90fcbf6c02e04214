"""Cursors: where the next part of a list begins, opaque to clients and stable while the list grows."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from services.gateway.domain.refusal import RefusedError
from shared.clock import as_kept

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row a client has: its time and its id."""

    at: datetime
    id: str

    def text(self) -> str:
        """Return the form for clients."""
        return base64.urlsafe_b64encode(f"{self.at.isoformat()} {self.id}".encode()).decode()


def parse_cursor(text: str | None) -> Cursor | None:
    """Return the cursor a client sent, if it sent one.

    Raises:
        RefusedError: it is none of ours.
    """
    if not text:
        return None
    try:
        at, _, row_id = base64.urlsafe_b64decode(text.encode()).decode().partition(" ")
        time = datetime.fromisoformat(at)
        cursor = Cursor(as_kept(time.astimezone(UTC)), row_id)
    except (ValueError, OverflowError) as error:
        raise RefusedError("cursor.invalid") from error
    if time.tzinfo is None or not cursor.id:
        raise RefusedError("cursor.invalid")
    return cursor


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """Some rows of a list, and the cursor for those that follow."""

    items: Sequence[T]
    next: str | None
