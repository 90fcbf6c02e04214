"""What citizens, caseworker tools and suppliers did, as the gateway announces it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.events.event import Code, Fact, Id, MediaType, Number, ObjectKey, Sha256, Version

CallbackTopic = Literal["work", "money", "documents", "apply", "power_cut", "other"]
Language = Literal["de", "de-simple", "en", "tr", "ar", "uk", "ru", "ro", "bg"]
MandateKind = Literal["beistand", "bevollmaechtigter", "advice_centre"]
MandateScope = Literal["upload", "read", "appointments"]
ByMandate = Annotated[Id | None, Field(description="the mandate under which somebody did this for the citizen")]
NoticeTopic = Literal["confirm", "test", "news", "asked", "urgent"]
Errand = Annotated[Literal["apply", "hand_in"], Field(description="what somebody without an account came for")]


class PageUploaded(Fact, type="page.uploaded.v1", subject="page_id"):
    """The original bytes of one page are durable; `object_key` says where."""

    page_id: Id
    citizen_id: Id
    object_key: ObjectKey
    sha256: Sha256
    size_bytes: int
    media_type: MediaType
    uploaded_at: AwareDatetime
    newcomer: Annotated[bool, Field(description="nobody at the job centre has said yet who that is")] = False


class PageDropped(Fact, type="page.dropped.v1", subject="page_id"):
    """A page that no document names is gone, with its bytes: whoever keeps something of it lets that go, too."""

    page_id: Id
    dropped_at: AwareDatetime


class SubmittedPage(BaseModel):
    """One page of a submission, in reading order."""

    model_config = ConfigDict(frozen=True)

    page_id: Id
    object_key: ObjectKey
    sha256: Sha256


class DocumentSubmitted(Fact, type="document.submitted.v1", subject="document_id"):
    """A citizen handed in a document, or replaced a page of it; `received_at` is the date that counts legally.

    Each replacement announces the whole document anew under a `version` that is higher by one; number and date of
    arrival stay. Whoever meets several versions, in any order, goes by the highest.
    """

    document_id: Id
    citizen_id: Id
    receipt_number: Number
    pages: Annotated[tuple[SubmittedPage, ...], Field(min_length=1, max_length=30)]
    declared_type: Code | None = None
    received_at: AwareDatetime
    version: Annotated[int, Field(ge=1)] = 1
    replaced_page_ids: Annotated[tuple[Id, ...], Field(description="pages that only earlier versions had")] = ()
    replaced_number: Annotated[int | None, Field(ge=1, description="the place of the page that is new, from 1")] = None
    mandate_id: ByMandate = None
    newcomer: Annotated[bool, Field(description="nobody at the job centre has said yet who that is")] = False


class ConsentGiven(Fact, type="consent.given.v1", subject="consent_id"):
    """A citizen allowed exactly these pages to be forwarded to this supplier for this purpose.

    `version` is that of the document whose pages they are: whoever knows only earlier ones waits for it.
    """

    consent_id: Id
    citizen_id: Id
    document_id: Id
    page_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=30)]
    supplier_id: Code
    purpose: Code
    text_version: Version
    version: Annotated[int, Field(ge=1, description="that of the submission")] = 1
    channel: Code
    given_at: AwareDatetime


class ConsentRevoked(Fact, type="consent.revoked.v1", subject="consent_id"):
    """A citizen took a consent back; what is still queued must not be sent."""

    consent_id: Id
    revoked_at: AwareDatetime


class CallbackRequested(Fact, type="callback.requested.v1", subject="callback_id"):
    """A citizen wishes to be called, about a topic, in a language, within a window."""

    callback_id: Id
    citizen_id: Id
    topic: CallbackTopic
    language: Language = "de"
    window_start: AwareDatetime
    window_end: AwareDatetime
    requested_at: AwareDatetime
    mandate_id: ByMandate = None


class MandateOffered(Fact, type="mandate.offered.v1", subject="mandate_id", unread=True):
    """A citizen invited somebody they trust to act for them, within scopes, until a date."""

    mandate_id: Id
    citizen_id: Id
    kind: MandateKind
    scopes: Annotated[tuple[MandateScope, ...], Field(min_length=1, max_length=3)]
    ends_at: AwareDatetime
    offered_at: AwareDatetime


class MandateAccepted(Fact, type="mandate.accepted.v1", subject="mandate_id", unread=True):
    """Somebody accepted, and may act for the citizen from now on; `helper_id` may be a citizen's id, too."""

    mandate_id: Id
    citizen_id: Id
    helper_id: Id
    accepted_at: AwareDatetime


class MandateRevoked(Fact, type="mandate.revoked.v1", subject="mandate_id", unread=True):
    """The citizen took a mandate back, or the helper gave it up; nothing more is done under it."""

    mandate_id: Id
    citizen_id: Id
    helper_id: Annotated[Id | None, Field(description="none if nobody had accepted")] = None
    revoked_by: Literal["citizen", "helper"]
    revoked_at: AwareDatetime


class MandateEnded(Fact, type="mandate.ended.v1", subject="mandate_id", unread=True):
    """The last day of a mandate is over; it had no effect from `ended_at` on, whenever this is announced."""

    mandate_id: Id
    citizen_id: Id
    helper_id: Id
    ended_at: AwareDatetime


class CallReported(Fact, type="call.reported.v1", subject="callback_id"):
    """A caseworker tool reported one call: somebody was reached, or nobody answered."""

    callback_id: Id
    call_id: Id
    tool_id: Code
    outcome: Literal["reached", "no_answer"]
    called_at: AwareDatetime


class AssignmentRequested(Fact, type="assignment.requested.v1", subject="newcomer_id"):
    """Somebody without an account applied, or handed something in: a person must say whose it is."""

    newcomer_id: Annotated[Id, Field(description="the provisional citizen id that their papers are under")]
    errand: Errand
    requested_at: AwareDatetime


class AssignmentDecided(Fact, type="assignment.decided.v1", subject="newcomer_id"):
    """A person at the desk said whose a newcomer's papers are: a known citizen's, or those of a new one.

    The papers stay under the newcomer's id. With `existing` the owner may read them all, those still to come too;
    the newcomer's device sees nothing of the owner's. With `new` both ids are the same.
    """

    newcomer_id: Id
    owner_id: Id
    outcome: Literal["existing", "new"]
    tool_id: Code
    decided_at: AwareDatetime


class PacketDownloaded(Fact, type="packet.downloaded.v1", subject="forward_id"):
    """A supplier fetched a packet completely through its one-time link."""

    forward_id: Id
    supplier_id: Code
    downloaded_at: AwareDatetime


class PacketConfirmed(Fact, type="packet.confirmed.v1", subject="forward_id"):
    """A supplier confirmed a packet, and may have said what it will do."""

    forward_id: Id
    supplier_id: Code
    answer: Literal["received", "cut_postponed", "instalments_agreed", "refused"] = "received"
    no_cut_before: AwareDatetime | None = None
    confirmed_at: AwareDatetime


class NoticeAsked(Fact, type="notice.asked.v1", subject="channel_id"):
    """A citizen is to be told something through a channel they chose.

    The card under `card_key` says where and in which words; if it is gone, the channel was switched off.
    `newcomer`: nobody at the office knows yet who they are.
    """

    channel_id: Id
    topic: NoticeTopic
    card_key: ObjectKey
    asked_at: AwareDatetime
    newcomer: bool = False


class CitizenUnreached(Fact, type="citizen.unreached.v1", subject="citizen_id"):
    """News for a citizen reached them through none of the channels they chose: a person must find another way.

    `reason` is why the last of them failed. Announced once, until a channel works again.
    """

    citizen_id: Id
    topic: NoticeTopic
    reason: Code
    failed_at: AwareDatetime
