"""The rules of mandates: what may be allowed, until when, and from which moment on nothing is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.gateway.domain.access import Citizen, Helper, Person, principal_id, reach_of
from services.gateway.domain.documents import DocumentPage
from services.gateway.domain.mandates import LONGEST, Mandate, check_mandate, end_of
from services.gateway.domain.receipts import Claims, open_jws
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.live import CONCERNS
from services.gateway.schemas.asked import Acceptance
from tests.unit.gateway.receipts import KEYS, RECEIPTS, document

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
TODAY = date(2026, 11, 23)
MANDATE = Mandate(
    id="0192f3a0-0000-7000-8000-00000000000a",
    citizen_id="citizen",
    kind="beistand",
    scopes=("upload",),
    ends_at=end_of(TODAY),
    called="Frau Kaya",
    citizen_name="Amina Yildiz",
    offered_at=NOON,
    code_expires_at=NOON + timedelta(hours=1),
    state="accepted",
    helper_id="helper",
    helper_name="Sevim Kaya",
    accepted_at=NOON,
)


@pytest.mark.parametrize(
    ("scopes", "last_day", "code"),
    [
        ((), TODAY, "mandate.no_scope"),
        (("read",), TODAY - timedelta(days=1), "mandate.end_past"),
        (("read",), TODAY + LONGEST + timedelta(days=1), "mandate.end_too_far"),
    ],
)
def test_what_cannot_be_allowed(scopes: tuple[str, ...], last_day: date, code: str) -> None:
    """Nothing at all, a day that is over, and more than a year are refused."""
    with pytest.raises(RefusedError, match=code):
        check_mandate(scopes, last_day, NOON)


@pytest.mark.parametrize("last_day", [TODAY, TODAY + LONGEST])
def test_what_can_be_allowed(last_day: date) -> None:
    """From today alone to a whole year."""
    check_mandate(("upload",), last_day, NOON)


def test_days_are_those_of_berlin() -> None:
    """Just after midnight in Berlin yesterday is over, though in UTC it is still yesterday."""
    with pytest.raises(RefusedError, match=r"mandate\.end_past"):
        check_mandate(("read",), TODAY, datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert end_of(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert end_of(date(2026, 12, 1)) == datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert MANDATE.last_day == TODAY


def test_a_mandate_ends_with_its_day_whoever_has_noted_it() -> None:
    """Until the last instant of its day it counts, and then no more, whatever state is kept."""
    MANDATE.check_in_force(MANDATE.ends_at - timedelta(milliseconds=1))
    with pytest.raises(RefusedError, match=r"mandate\.ended"):
        MANDATE.check_in_force(MANDATE.ends_at)


@pytest.mark.parametrize(
    ("state", "code"),
    [("offered", "mandate.missing"), ("revoked", "mandate.revoked"), ("ended", "mandate.ended")],
)
def test_only_an_accepted_mandate_counts(state: str, code: str) -> None:
    """An offer is none yet; what was revoked or is over says so."""
    with pytest.raises(RefusedError, match=code):
        MANDATE.model_copy(update={"state": state}).check_in_force(NOON)


def test_an_offer_lapses_with_its_code_or_its_day() -> None:
    """A code that is out of date, or a last day that is over, leave nothing to accept."""
    offered = MANDATE.model_copy(update={"state": "offered"})
    assert offered.standing(NOON) == "offered"
    assert offered.standing(offered.code_expires_at) == "lapsed"
    late = offered.model_copy(update={"code_expires_at": NOON + timedelta(days=9)})
    assert late.standing(late.ends_at) == "lapsed"


def test_who_may_not_read_reaches_only_what_they_handed_in() -> None:
    """Uploading alone shows the papers of this mandate; reading shows the citizen's; the citizen is never limited."""
    uploader = MANDATE.citizen_through("phone")
    assert uploader.reach == {"citizen_id": "citizen", "mandate_id": MANDATE.id}
    reader = MANDATE.model_copy(update={"scopes": ("read", "upload")}).citizen_through("phone")
    assert reader.reach == Citizen("citizen", "own").reach == reach_of("citizen") == {"citizen_id": "citizen"}


def test_drafts_and_repeated_requests_are_apart_for_each_person() -> None:
    """On one phone, what is begun for two people and for oneself never meets."""
    other = MANDATE.model_copy(update={"id": "another"})
    people: list[Person] = [
        Citizen("helper", "phone"),
        MANDATE.citizen_through("phone"),
        other.citizen_through("phone"),
    ]
    assert len({person.device_id for person in people}) == 3
    assert len({principal_id(person) for person in (*people, Helper("helper", "phone"))}) == 4


def test_the_citizen_reads_both_names_of_a_helper() -> None:
    """The name they chose, and beside it the one the helper gave, if it is another."""
    assert MANDATE.helper == "Frau Kaya (Sevim Kaya)"
    for name in (None, "Frau Kaya"):
        assert MANDATE.model_copy(update={"helper_name": name}).helper == "Frau Kaya"


@pytest.mark.parametrize("name", ["", "   ", "Kaya\nJobcenter", "a" * 81, "Kaya\u202exela"])
def test_names_are_one_plain_line(name: str) -> None:
    """They stand on receipts, where nothing may look like another line, or turn the direction of reading."""
    with pytest.raises(ValidationError):
        Acceptance(code="K7Q2-M9XA-4", name=name)


def test_receipt_carries_both_names_signed() -> None:
    """Page, PDF and signature say who handed in for whom; the receipt of a citizen's own says what it always said."""
    by = {"handed_in_by": "Sevim Kaya", "handed_in_for": "Amina Yildiz", "handed_in_as": "beistand"}
    helped = document().model_copy(update={**by, "mandate_id": MANDATE.id})
    receipt = RECEIPTS.of(helped, "de")
    assert receipt.handed_in_by_text == "von Sevim Kaya (Beistand) für Amina Yildiz"
    assert receipt.sent_by == f"mandate:{MANDATE.id}"
    claims = open_jws(receipt.jws, KEYS)
    assert claims.model_dump(include=set(by)) == by
    assert claims.matches(helped)
    assert not claims.model_copy(update={"handed_in_by": "Another"}).matches(helped)
    assert b"handed_in" not in KEYS.open(RECEIPTS.of(document(), "de").jws)


def test_receipt_names_who_replaced_a_page() -> None:
    """A page that a helper took again carries their name, and so does what is signed and announced of it."""
    new = DocumentPage(page_id="new", object_key="originals/9", sha256="9" * 64, size_bytes=9)
    by = MANDATE.citizen_through("phone").acting
    changed = document().with_page("page-0", new, document().received_at + timedelta(days=1), by)
    assert RECEIPTS.of(changed, "de").replacements[0].by == "Sevim Kaya"
    assert Claims.of(changed, "Jobcenter").replaced[0].by == "Sevim Kaya"
    assert (changed.mandate_id, changed.replacements[0].mandate_id) == (None, MANDATE.id)


def test_every_scope_says_which_news_concern_it() -> None:
    """A page open under a mandate is told only of what the mandate covers."""
    assert set(CONCERNS) == {"upload", "read", "appointments"}
