"""Whom an alert goes to, how it is named, and until when somebody must look."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.domain.alert import alert_about, forward_alert
from services.notify.settings import NotifySettings
from shared.events.callback import CallbackPromised
from shared.events.gateway import AssignmentRequested, CitizenUnreached
from shared.events.notify import ForwardFailed
from shared.events.upload import DocumentFiled, TypeSuggestion
from shared.ids import new_id

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = NotifySettings(teams={"sperrandrohung": "energy", "power_cut": "energy", "mietvertrag": "housing"}).rules()


def filed(*types: tuple[str, float]) -> DocumentFiled:
    """Return a filed document with these suggestions."""
    return DocumentFiled(
        document_id=new_id(),
        citizen_id=new_id(),
        pdf_key="documents/1.pdf",
        pdf_sha256="0" * 64,
        pdf_bytes=1,
        text_key="documents/1.txt",
        page_ids=(new_id(),),
        types=tuple(TypeSuggestion(type=code, confidence=confidence) for code, confidence in types),
        filed_at=AT,
    )


@pytest.mark.parametrize(
    ("types", "team", "kind", "reason"),
    [
        ([], "benefits", "document_filed", None),
        ([("mietvertrag", 0.9)], "housing", "document_filed", "mietvertrag"),
        ([("mietvertrag", 0.3)], "benefits", "document_filed", None),
        ([("ausweis", 0.9)], "benefits", "document_filed", "ausweis"),
        ([("sperrandrohung", 0.9)], "energy", "power_cut", "sperrandrohung"),
        ([("mietvertrag", 0.5), ("sperrandrohung", 0.4)], "energy", "power_cut", "sperrandrohung"),
        ([("mietvertrag", 0.5), ("sperrandrohung", 0.39)], "housing", "document_filed", "mietvertrag"),
        (
            [("sperrankuendigung", 0.2), ("sperrandrohung", 0.3), ("kuendigung", 0.2)],
            "energy",
            "power_cut",
            "sperrandrohung",
        ),
        ([("sperrankuendigung", 0.6)], "benefits", "power_cut", "sperrankuendigung"),
    ],
)
def test_a_document_goes_to_the_team_of_its_type(
    types: list[tuple[str, float]], team: str, kind: str, reason: str | None
) -> None:
    """A likely enough type decides; a threatened power cut comes first even if another type is likelier."""
    alert = alert_about(filed(*types), RULES, alert_id=new_id(), at=AT)
    assert (alert.team, alert.kind, alert.reason) == (team, kind, reason)


def test_somebody_without_an_account_is_looked_at_within_a_day() -> None:
    """The alert goes to the team of what they came for, if that has one, and names them by an id."""
    fact = AssignmentRequested(newcomer_id=new_id(), errand="apply", requested_at=AT)
    alert = alert_about(fact, RULES, alert_id=new_id(), at=AT)
    assert (alert.team, alert.kind, alert.about_id) == ("benefits", "assignment_waiting", fact.newcomer_id)
    assert (alert.reason, alert.due_at) == ("apply", AT + timedelta(hours=24))
    placed = NotifySettings(teams={"apply": "first_steps"}).rules()
    assert alert_about(fact, placed, alert_id=new_id(), at=AT).team == "first_steps"


def test_a_citizen_whom_no_news_reaches_is_looked_after_within_a_day() -> None:
    """The default team learns of whom, and why the last way failed; not what it was about."""
    fact = CitizenUnreached(citizen_id=new_id(), topic="asked", reason="mailbox_refused", failed_at=AT)
    alert = alert_about(fact, RULES, alert_id=new_id(), at=AT)
    assert (alert.team, alert.kind, alert.about_id) == ("benefits", "citizen_unreached", fact.citizen_id)
    assert (alert.reason, alert.due_at) == ("mailbox_refused", AT + timedelta(hours=24))


def test_a_power_cut_is_due_before_other_documents() -> None:
    """The letter that threatens harm is to be looked at within hours, another one within days."""
    threat = alert_about(filed(("sperrandrohung", 0.9)), RULES, alert_id=new_id(), at=AT)
    other = alert_about(filed(), RULES, alert_id=new_id(), at=AT)
    assert (threat.due_at - AT, other.due_at - AT) == (timedelta(hours=4), timedelta(days=5))


def test_a_promised_callback_is_due_when_its_window_ends() -> None:
    """The team must have called by then."""
    promised = CallbackPromised(
        callback_id=new_id(),
        citizen_id=new_id(),
        team="placement",
        topic="work",
        language="tr",
        window_start=AT,
        window_end=AT + timedelta(hours=2),
    )
    alert = alert_about(promised, RULES, alert_id=new_id(), at=AT)
    assert (alert.team, alert.due_at, alert.about_id) == ("placement", promised.window_end, promised.callback_id)


def test_a_failed_forward_goes_to_the_team_of_its_purpose_and_shows_the_document() -> None:
    """The person who acts opens the document, where the forward's state stands."""
    failed = ForwardFailed(
        forward_id=new_id(),
        document_id=new_id(),
        citizen_id=new_id(),
        supplier_id="stadtwerke",
        reason="http_500",
        failed_at=AT,
    )
    alert = forward_alert(failed, RULES, purpose="power_cut", alert_id=new_id())
    assert (alert.team, alert.about_id, alert.reason) == ("energy", failed.document_id, "http_500")
