"""Mandates: a citizen lets somebody they trust act for them, within scopes and until a day (§ 13 SGB X)."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.access import Acting, Citizen
from services.gateway.domain.refusal import RefusedError
from shared.clock import BERLIN
from shared.events.gateway import (
    MandateAccepted,
    MandateEnded,
    MandateKind,
    MandateOffered,
    MandateRevoked,
    MandateScope,
)

LONGEST = timedelta(days=366)
"""The farthest last day, counted from the day of the invitation."""
CODE_WORKS = timedelta(days=2)
MOST_OPEN = 20
"""So many people may be invited or accepted at once by one citizen."""

State = Literal["offered", "accepted", "revoked", "ended"]
Standing = Literal["offered", "lapsed", "accepted", "revoked", "ended"]
OPEN: tuple[State, ...] = ("offered", "accepted")


class Mandate(BaseModel):
    """One mandate; `version` grows with each change of its state, and it never comes back from its end."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    kind: MandateKind
    scopes: tuple[MandateScope, ...]
    ends_at: datetime
    called: str  # what the citizen calls the helper
    citizen_name: str
    offered_at: datetime
    code_expires_at: datetime
    state: State = "offered"
    version: int = 1
    helper_id: str | None = None
    helper_name: str | None = None
    accepted_at: datetime | None = None
    over_at: datetime | None = None

    @property
    def helper(self) -> str:
        """The helper, as the citizen knows them: the name they were given, and the one they gave."""
        own = self.helper_name
        return self.called if own in {None, self.called} else f"{self.called} ({own})"

    @property
    def last_day(self) -> date:
        """The last day on which it counts, in Berlin."""
        return (self.ends_at - timedelta(seconds=1)).astimezone(BERLIN).date()

    @property
    def names(self) -> dict[str, str]:
        """Both names, as texts quote them."""
        return {"helper": self.helper, "citizen": self.citizen_name}

    def standing(self, now: datetime) -> Standing:
        """Return how it stands at an instant, whether or not anybody has noted that its time is over."""
        if self.state == "accepted" and self.ends_at <= now:
            return "ended"
        if self.state == "offered" and min(self.code_expires_at, self.ends_at) <= now:
            return "lapsed"
        return self.state

    def check_in_force(self, now: datetime) -> None:
        """Check that somebody may act under it at an instant.

        Raises:
            RefusedError: `mandate.missing`, `mandate.revoked`, `mandate.ended`.
        """
        standing = self.standing(now)
        if standing != "accepted":
            raise RefusedError(f"mandate.{standing}" if standing in {"revoked", "ended"} else "mandate.missing")

    def citizen_through(self, device_id: str) -> Citizen:
        """Return the citizen as a helper's device acts for them."""
        acting = Acting(
            mandate_id=self.id,
            helper_id=self.helper_id or "",
            kind=self.kind,
            scopes=frozenset(self.scopes),
            helper=self.helper_name or self.called,
            citizen=self.citizen_name,
        )
        return Citizen(self.citizen_id, f"{device_id}.{self.id}", acting)

    def offered(self) -> MandateOffered:
        """Say that it was offered."""
        return MandateOffered(mandate_id=self.id, **self.model_dump(include=set(MandateOffered.model_fields)))

    def accepted(self) -> MandateAccepted:
        """Say that it was accepted."""
        return MandateAccepted(mandate_id=self.id, **self.model_dump(include=set(MandateAccepted.model_fields)))

    def revoked(self, by: Literal["citizen", "helper"], at: datetime) -> MandateRevoked:
        """Say that one of the two does not want it any more."""
        ids = self.model_dump(include={"citizen_id", "helper_id"})
        return MandateRevoked(mandate_id=self.id, revoked_by=by, revoked_at=at, **ids)

    def ended(self) -> MandateEnded:
        """Say that its time is over."""
        ids = self.model_dump(include={"citizen_id", "helper_id"})
        return MandateEnded(mandate_id=self.id, ended_at=self.ends_at, **ids)


def check_mandate(scopes: Collection[str], last_day: date, now: datetime) -> None:
    """Check what a citizen wants to allow, and until when.

    Raises:
        RefusedError: nothing is allowed, the last day is over, or more than a year away.
    """
    today = now.astimezone(BERLIN).date()
    if not scopes:
        raise RefusedError("mandate.no_scope")
    if last_day < today:
        raise RefusedError("mandate.end_past")
    if last_day > today + LONGEST:
        raise RefusedError("mandate.end_too_far", days=LONGEST.days)


def end_of(last_day: date) -> datetime:
    """Return the instant at which a day is over in Berlin."""
    return datetime.combine(last_day + timedelta(days=1), time(), BERLIN).astimezone(UTC)
