"""Callbacks: a citizen's wish to be called within a window, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.access import Citizen
from services.gateway.domain.progress import CallbackState
from services.gateway.domain.refusal import RefusedError
from shared.events.gateway import CallbackRequested, CallbackTopic, Language
from shared.ids import new_id

LONGEST_WINDOW = timedelta(hours=24)
FARTHEST = timedelta(days=60)


class Callback(BaseModel):
    """A wish to be called, as this service keeps it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    topic: CallbackTopic
    language: Language
    window_start: datetime
    window_end: datetime
    requested_at: datetime
    state: CallbackState = "requested"
    attempts: int = 0
    reached_at: datetime | None = None
    requested_by: str | None = None  # a name, if not the citizen did
    mandate_id: str | None = None

    @classmethod
    def wished(cls, citizen: Citizen, at: datetime, **wish: Any) -> "Callback":
        """Return a new wish of a citizen, or of somebody who acts for them."""
        by = citizen.acting
        who = {"requested_by": by.helper, "mandate_id": by.mandate_id} if by else {}
        return cls.model_validate({"id": new_id(), "citizen_id": citizen.citizen_id, "requested_at": at, **who, **wish})

    def requested(self) -> CallbackRequested:
        """Say that this call is wished for."""
        return CallbackRequested(callback_id=self.id, **self.model_dump(include=set(CallbackRequested.model_fields)))


def check_window(start: datetime, end: datetime, now: datetime) -> None:
    """Check that somebody could call within the window.

    Raises:
        RefusedError: it ends before it starts, is over, is longer than a day, or more than 60 days away.
    """
    if end <= start:
        raise RefusedError("callback.window_backwards")
    if end <= now:
        raise RefusedError("callback.window_past")
    if end - start > LONGEST_WINDOW:
        raise RefusedError("callback.window_too_long")
    if start > now + FARTHEST:
        raise RefusedError("callback.window_too_far")
