"""Whom we told, and whether it reached them, as the notify service announces it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.events.event import Code, Fact, Id, MediaType, Sha256, Url
from shared.events.gateway import NoticeTopic

AlertKind = Literal[
    "assignment_waiting",
    "citizen_unreached",
    "document_filed",
    "document_failed",
    "callback_promised",
    "callback_overdue",
    "forward_failed",
    "power_cut",
]


class AlertRaised(Fact, type="alert.raised.v1", subject="alert_id"):
    """A team must look at something; sent to its tools' queues and kept as an event."""

    alert_id: Id
    team: Code
    kind: AlertKind
    about_id: Annotated[Id, Field(description="the document, callback, forward, newcomer or citizen it is about")]
    reason: Code | None = None
    due_at: AwareDatetime
    raised_at: AwareDatetime


class ForwardQueued(Fact, type="forward.queued.v1", subject="forward_id"):
    """A packet for a supplier is ready to go, on the strength of a consent."""

    forward_id: Id
    document_id: Id
    citizen_id: Id
    consent_id: Id
    supplier_id: Code
    queued_at: AwareDatetime


class ForwardSent(Fact, type="forward.sent.v1", subject="forward_id"):
    """The supplier's queue or server took the notice of a packet."""

    forward_id: Id
    document_id: Id
    citizen_id: Id
    supplier_id: Code
    way: Literal["queue", "webhook"]
    attempt: Annotated[int, Field(ge=1)]
    sent_at: AwareDatetime


class ForwardPickedUp(Fact, type="forward.picked_up.v1", subject="forward_id"):
    """The supplier downloaded the papers."""

    forward_id: Id
    document_id: Id
    citizen_id: Id
    supplier_id: Code
    picked_up_at: AwareDatetime


class ForwardAcknowledged(Fact, type="forward.acknowledged.v1", subject="forward_id"):
    """The supplier confirmed the papers, and may have answered."""

    forward_id: Id
    document_id: Id
    citizen_id: Id
    supplier_id: Code
    answer: Literal["received", "cut_postponed", "instalments_agreed", "refused"]
    no_cut_before: AwareDatetime | None = None
    acknowledged_at: AwareDatetime


class ForwardFailed(Fact, type="forward.failed.v1", subject="forward_id"):
    """Every way and every try failed, or the consent was revoked: a person must act."""

    forward_id: Id
    document_id: Id
    citizen_id: Id
    supplier_id: Code
    reason: Code
    failed_at: AwareDatetime


class PacketFile(BaseModel):
    """One file of a packet, behind a link that works once."""

    model_config = ConfigDict(frozen=True)

    url: Url
    media_type: MediaType
    sha256: Sha256
    size_bytes: int


class PacketOffered(Fact, type="packet.offered.v1", subject="forward_id"):
    """What a supplier receives, by its own queue or by a signed webhook: no personal data, links only."""

    forward_id: Id
    supplier_id: Code
    purpose: Code
    files: Annotated[tuple[PacketFile, ...], Field(min_length=1)]
    confirm_url: Url
    due_at: AwareDatetime | None = None
    offered_at: AwareDatetime


class NoticeSent(Fact, type="notice.sent.v1", subject="channel_id"):
    """The mail server or the push service of a channel took a notice."""

    channel_id: Id
    topic: NoticeTopic
    sent_at: AwareDatetime


class NoticeFailed(Fact, type="notice.failed.v1", subject="channel_id"):
    """Every try failed, or none can help: `gone` says that there is nobody at the address any more."""

    channel_id: Id
    topic: NoticeTopic
    reason: Code
    gone: bool
    failed_at: AwareDatetime
