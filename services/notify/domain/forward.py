"""A packet on its way to a supplier: queued, sent, picked up, acknowledged, or failed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypedDict

from services.notify.domain.line import URGENT, USUAL, Rank
from shared.events.event import Event, Fact, envelop
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

    @classmethod
    def of(cls, event: Event[Any]) -> "Origin":
        """Take over where an event comes from."""
        return cls(event.tenant, event.correlation_id, event.id, event.traceparent)

    def event(self, fact: Fact, at: datetime, source: str) -> Event[Any]:
        """Return the event that began it, so that what follows can name it as its cause."""
        return envelop(
            fact,
            id=self.event_id,
            time=at,
            source=source,
            tenant=self.tenant,
            correlation_id=self.correlation_id,
            traceparent=self.traceparent,
        )


@dataclass(frozen=True, slots=True)
class Renewal:
    """A second offer of a packet nobody fetched; its notice has an id of its own, or it would pass for a repeat."""

    notice_id: str
    at: datetime


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
    """One consent on its way to its supplier; `due_at` is set while we have something left to do if it does nothing.

    queued -> sent -> picked_up -> acknowledged, any of them skipped, and queued -> failed. Sent and not picked up in
    time: sent -> queued once (a renewal), the second time -> failed. A supplier's own sign (it downloaded, it
    confirmed) counts whatever we believed before, a failure included: no order is promised.
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
    renewal: Renewal | None = None
    version: int = 0

    @property
    def notice_id(self) -> str:
        """The id of the notice, the same at each try of one offer."""
        return self.renewal.notice_id if self.renewal else self.forward_id

    @property
    def offered_since(self) -> datetime:
        """When the tries of the present offer began."""
        return self.renewal.at if self.renewal else self.queued_at

    @property
    def to(self) -> str | None:
        """Who must answer for this to go on; nobody once the notice is there."""
        return self.supplier_id if self.state == "queued" else None

    @property
    def rank(self) -> Rank:
        """Which line it waits in: a power cut presses."""
        return URGENT if self.purpose == "power_cut" else USUAL

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

    def sent(self, at: datetime, *, due_at: datetime | None = None) -> Change:
        """Note that the supplier's queue or server took the notice, and until when it should fetch the packet."""
        if self.state != "queued":  # fetched, or taken back while the notice was under way: that word stands
            return Change(self)
        forward, facts = self._told(at)
        return Change(replace(forward, due_at=due_at), facts)

    def lapsed(self, at: datetime, *, notice_id: str) -> Change:
        """Offer a packet that was not picked up in time once more, under a new notice id; the second time give up."""
        if self.state != "sent":
            return Change(self)
        queued = replace(self, state="queued", attempt=0, due_at=at)
        if self.renewal:
            return queued.failed("not_picked_up", at)
        return Change(replace(queued, renewal=Renewal(notice_id, at)))

    def revoked(self, at: datetime) -> Change:
        """Stop what is queued, and look no more after what was sent: its links are dead and nothing is to be done."""
        if self.state == "sent":
            return Change(replace(self, due_at=None))
        return self.failed("consent_revoked", at)

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
