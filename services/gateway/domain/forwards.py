"""Forwards: how far the papers for a supplier have come, and what it answered."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.progress import ForwardState
from shared.events.notify import (
    ForwardAcknowledged,
    ForwardFailed,
    ForwardPickedUp,
    ForwardQueued,
    ForwardSent,
)

ForwardFact = ForwardQueued | ForwardSent | ForwardPickedUp | ForwardAcknowledged | ForwardFailed


class Forward(BaseModel):
    """One forward of papers to one supplier."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    document_id: str
    supplier_id: str
    state: ForwardState
    at: datetime
    answer: str | None = None
    no_cut_before: datetime | None = None
    reason: str | None = None


def step_of(fact: ForwardFact) -> tuple[ForwardState, datetime, dict[str, Any]]:
    """Return the state a fact leads to, since when, and what else it says."""
    match fact:
        case ForwardQueued():
            return "queued", fact.queued_at, {}
        case ForwardSent():
            return "sent", fact.sent_at, {}
        case ForwardPickedUp():
            return "picked_up", fact.picked_up_at, {}
        case ForwardAcknowledged():
            said = {"answer": fact.answer, "no_cut_before": fact.no_cut_before}
            return "acknowledged", fact.acknowledged_at, said
        case ForwardFailed():
            return "failed", fact.failed_at, {"reason": fact.reason}
