"""A packet on its way to a supplier: queued, sent, picked up, acknowledged, or failed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypedDict

from shared.events.event import Fact
from shared.events.gateway import PacketConfirmed
from shared.events.notify import ForwardAcknowledged, ForwardFailed, ForwardPickedUp, ForwardQueued, ForwardSent

State = Literal["queued", "sent", "picked_up", "acknowledged", "failed"]
Way = Literal["queue", "webhook"]


@dataclass(frozen=True, slots=True)
class Pdf:
    """A filed document's PDF: where it is, its hash, and which page stands where in it."""

    key: str
    sha256: str
    page_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """The consented pages as one PDF, ready to be fetched."""

    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a forward comes from, so that all it leads to hangs together; `event_id` is its `ForwardQueued`."""

    tenant: str
    correlation_id: str
    event_id: str
    traceparent: str | None = None


class Ids(TypedDict):
    """What every fact about a forward says of it."""

    forward_id: str
    document_id: str
    citizen_id: str
    supplier_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A forward as it is now, and what happened."""

    forward: "Forward"
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Forward:
    """One consent on its way to its supplier; `due_at` is set while another try is to come.

    queued -> sent -> picked_up -> acknowledged, any of them skipped, and queued -> failed. A supplier's own sign
    (it downloaded, it confirmed) counts whatever we believed before, a failure included: no order is promised.
    """

    forward_id: str
    document_id: str
    citizen_id: str
    consent_id: str
    supplier_id: str
    purpose: str
    page_ids: tuple[str, ...]
    pdf: Pdf | None
    origin: Origin
    queued_at: datetime
    due_at: datetime | None
    state: State = "queued"
    attempt: int = 0
    way: Way | None = None
    packet: Packet | None = None
    sent_at: datetime | None = None
    answer: tuple[str, datetime | None] | None = None
    reason: str | None = None
    version: int = 0

    def queued(self) -> ForwardQueued:
        """Return the fact that began this forward."""
        return ForwardQueued(**self.ids(), consent_id=self.consent_id, queued_at=self.queued_at)

    def ids(self) -> Ids:
        """Return what every fact about this forward says of it."""
        return Ids(
            forward_id=self.forward_id,
            document_id=self.document_id,
            citizen_id=self.citizen_id,
            supplier_id=self.supplier_id,
        )

    def prepared(self, packet: Packet, way: Way) -> Change:
        """Note what is about to be sent, and how."""
        return Change(replace(self, packet=packet, way=way))

    def sent(self, at: datetime) -> Change:
        """Note that the supplier's queue or server took the notice."""
        if self.sent_at or self.state == "failed":  # taken back while the notice was under way: that word stands
            return Change(self)
        return Change(*self._told(at))

    def postponed(self, until: datetime, reason: str, *, counts: bool = True) -> Change:
        """Note that a try failed and when the next one is due; one that was not the supplier's fault may not count."""
        if self.state != "queued":
            return Change(self)
        return Change(replace(self, due_at=until, reason=reason, attempt=self.attempt - (0 if counts else 1)))

    def failed(self, reason: str, at: datetime) -> Change:
        """Give up what is still queued; what has reached the supplier stays so."""
        if self.state != "queued":
            return Change(self)
        forward = replace(self, state="failed", reason=reason, due_at=None)
        return Change(forward, (ForwardFailed(**self.ids(), reason=reason, failed_at=at),))

    def picked_up(self, at: datetime) -> Change:
        """Note that the supplier downloaded the papers, which also proves that it was told."""
        if self.state in ("picked_up", "acknowledged"):
            return Change(self)
        forward, facts = self._told(at)
        picked_up = ForwardPickedUp(**self.ids(), picked_up_at=at)
        return Change(replace(forward, state="picked_up"), (*facts, picked_up))

    def acknowledged(self, fact: PacketConfirmed) -> Change:
        """Note the supplier's confirmation; a further, different answer is announced as well."""
        answer = (fact.answer, fact.no_cut_before)
        if self.answer == answer:
            return Change(self)
        forward, facts = self._told(fact.confirmed_at)
        acknowledged = ForwardAcknowledged(
            **self.ids(),
            answer=fact.answer,
            no_cut_before=fact.no_cut_before,
            acknowledged_at=fact.confirmed_at,
        )
        return Change(replace(forward, state="acknowledged", answer=answer), (*facts, acknowledged))

    def _told(self, at: datetime) -> "tuple[Forward, tuple[Fact, ...]]":
        """Return this forward as sent, with the fact if that is news; without a try of ours there is none."""
        told: Any = replace(self, due_at=None, reason=None, sent_at=self.sent_at or at)
        if self.state in ("queued", "failed"):
            told = replace(told, state="sent")
        if self.sent_at or not (self.way and self.attempt):
            return told, ()
        return told, (ForwardSent(**self.ids(), way=self.way, attempt=self.attempt, sent_at=at),)
