"""What a citizen is told of outside the app, and how much it presses: little, or nobody reads it any more."""

from services.gateway.domain.documents import Document
from shared.events.callback import CallbackMissed, CallbackOverdue, CallbackPromised
from shared.events.event import Fact
from shared.events.gateway import AssignmentDecided, NoticeTopic
from shared.events.notify import ForwardAcknowledged, ForwardFailed
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked

TOLD_OUTSIDE: tuple[type[Fact], ...] = (
    PageChecked,
    DocumentFiled,
    DocumentFailed,
    CallbackPromised,
    CallbackMissed,
    CallbackOverdue,
    ForwardAcknowledged,
    ForwardFailed,
    AssignmentDecided,
)
POWER_CUT = frozenset({"sperrandrohung", "sperrankuendigung"})
# As low as where teams are alerted: a false alarm costs a look, a missed one power.
POWER_CUT_CONFIDENCE = 0.4


def topic_of(fact: Fact, document: Document | None) -> NoticeTopic | None:
    """Return what to say of one of `TOLD_OUTSIDE`, if anything; `document` is the one it is about, once handed in."""
    match fact:
        case PageChecked():  # before it was handed in, the citizen sees the verdict on the screen
            return "asked" if document and fact.stage == "read" and fact.verdict == "retake" else None
        case ForwardFailed(reason="consent_revoked"):
            return None
        case CallbackMissed():
            return "asked"
    presses = _fails_a_forward(fact) or (isinstance(fact, DocumentFiled) and _threatens_a_cut(fact, document))
    return "urgent" if presses else "news"


def whom(fact: Fact, document: Document | None) -> tuple[str, ...]:
    """Return whom to tell of one of `TOLD_OUTSIDE`: of an assignment who waited for it, and whose papers these are."""
    if isinstance(fact, AssignmentDecided):
        return tuple({fact.newcomer_id: None, fact.owner_id: None})
    citizen_id = document.citizen_id if document else getattr(fact, "citizen_id", None)
    return (citizen_id,) if citizen_id else ()


def _fails_a_forward(fact: Fact) -> bool:
    return isinstance(fact, ForwardFailed) or (isinstance(fact, ForwardAcknowledged) and fact.answer == "refused")


def _threatens_a_cut(fact: DocumentFiled, document: Document | None) -> bool:
    declared = document is not None and document.declared_type in POWER_CUT
    return declared or sum(t.confidence for t in fact.types if t.type in POWER_CUT) >= POWER_CUT_CONFIDENCE
