"""The timeline: one entry for each thing a citizen should know, made from the fact it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.access import Citizen
from shared.events import callback, gateway, notify, upload
from shared.events.event import Fact

TOLD: tuple[type[Fact], ...] = (
    upload.PageChecked,
    upload.DocumentFiled,
    upload.DocumentFailed,
    gateway.DocumentSubmitted,
    gateway.AssignmentRequested,
    gateway.AssignmentDecided,
    gateway.ConsentGiven,
    gateway.ConsentRevoked,
    gateway.CallbackRequested,
    gateway.MandateOffered,
    gateway.MandateAccepted,
    gateway.MandateRevoked,
    gateway.MandateEnded,
    callback.CallbackPromised,
    callback.CallbackMissed,
    callback.CallbackDone,
    callback.CallbackOverdue,
    notify.ForwardQueued,
    notify.ForwardSent,
    notify.ForwardPickedUp,
    notify.ForwardAcknowledged,
    notify.ForwardFailed,
)
# The fields of facts that their texts quote, and those that choose between several texts.
_QUOTED = {
    "receipt_number",
    "replaced_number",
    "reasons",
    "cut_reader",
    "supplier_id",
    "no_cut_before",
    "window_start",
    "attempt",
    "of",
}
_CHOOSING = ("verdict", "answer")
# The reasons of a failed forward that have a text of their own, as nothing went wrong.
FAILED_FOR = frozenset({"consent_revoked", "not_picked_up", "page_replaced"})
RESIGNED = "resigned"  # a mandate that the helper gave up
OF_MANDATES = tuple(
    fact.type.rpartition(".v")[0]
    for fact in (gateway.MandateOffered, gateway.MandateAccepted, gateway.MandateRevoked, gateway.MandateEnded)
)
"""The kinds of entries that say whom somebody trusts, or helps."""
TO_HELPERS = tuple(f"{kind}{variant}.helper" for kind in OF_MANDATES for variant in ("", f".{RESIGNED}"))
"""The codes of entries that say it to who helps."""
AGAIN = "again"  # a later version of a document, in which one page is new


class Entry(BaseModel):
    """What happened, to what, when; `code` names its text, `values` fill it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    at: datetime
    kind: str
    code: str
    about: str
    about_id: str
    document_id: str | None = None
    due_at: datetime | None = None
    values: dict[str, Any] = {}
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """What an entry says beside its fact: who acted for the citizen, names to quote, and whether a helper reads it."""

    by: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    to_helper: bool = False


NOTHING_MORE = Aside()


def aside_of(citizen: Citizen) -> Aside:
    """Return who did something, if somebody did it for the citizen."""
    return Aside(by=citizen.acting.helper) if citizen.acting else NOTHING_MORE


def entry_of(
    fact: Fact,
    *,
    id: str,  # noqa: A002 - the entry's own word
    at: datetime,
    citizen_id: str,
    document_id: str | None = None,
    aside: Aside = NOTHING_MORE,
) -> Entry | None:
    """Return what a citizen, or who helps them, should read about a fact, if anything."""
    if not isinstance(fact, TOLD):
        return None
    kind = fact.type.rpartition(".v")[0]
    return Entry(
        id=id,
        citizen_id=citizen_id,
        at=at,
        kind=kind,
        code=".".join([kind, *_variants(fact), *(["helper"] if aside.to_helper else [])]),
        about=fact.subject.removesuffix("_id"),
        about_id=getattr(fact, fact.subject),
        document_id=getattr(fact, "document_id", document_id),
        due_at=getattr(fact, "window_end", None),
        values={**fact.model_dump(include=_quoted(fact)), **aside.names},
        by=aside.by,
    )


def _quoted(fact: Fact) -> set[str]:
    """Return the fields that the text of a fact quotes; a page of a file of several is named by its number."""
    return _QUOTED | {"page", "pages"} if isinstance(fact, upload.PageChecked) else _QUOTED


def _variants(fact: Fact) -> list[str]:
    if isinstance(fact, upload.PageChecked) and fact.stage == "read":
        return ["read", fact.verdict]
    if isinstance(fact, notify.ForwardFailed):
        return [fact.reason] if fact.reason in FAILED_FOR else []
    if isinstance(fact, gateway.DocumentSubmitted):
        return [AGAIN] if fact.version > 1 else []
    if isinstance(fact, gateway.MandateRevoked):
        return [RESIGNED] if fact.revoked_by == "helper" else []
    if isinstance(fact, (gateway.AssignmentRequested, gateway.AssignmentDecided)):
        return [fact.errand if isinstance(fact, gateway.AssignmentRequested) else fact.outcome]
    return [getattr(fact, name) for name in _CHOOSING if hasattr(fact, name)]
