"""Corrections of where a page lies: who made which, what it is checked by, and what is filed."""

from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.domain.access import Acting, Citizen
from services.gateway.domain.documents import Document, DocumentPage
from services.gateway.domain.outlines import MOST_CORRECTIONS, correction_of, quad_of
from services.gateway.domain.pages import Page, PageCheck
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.versions import check_version
from services.gateway.pages.outline import Scene
from shared.events.gateway import PageOutlined, PageUploaded
from shared.events.outline import AS_FOUND, WHOLE, Outline, Turn
from shared.events.upload import PageChecked
from shared.ids import new_id

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
TURNED = Outline(turn=90)
CUT = Outline(quad=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)), turn=0)
CITIZEN = Citizen(new_id(), new_id())


def page(media_type: str = "image/jpeg") -> Page:
    """Return a page that was just uploaded."""
    return Page(
        id=new_id(),
        citizen_id=CITIZEN.citizen_id,
        object_key="pages/x",
        sha256="0" * 64,
        size_bytes=1,
        media_type=media_type,
        uploaded_at=NOW,
    )


def corrected(one: Page, *outlines: Outline, by: Citizen = CITIZEN) -> Page:
    """Return a page after corrections, one a minute."""
    for outline in outlines:
        one = one.corrected(correction_of(outline, by, one.changed_at + timedelta(minutes=1)))
    return one


def test_every_correction_is_kept_and_the_last_one_counts() -> None:
    """Going back to the suggestion is a correction, too: what was said before stays known."""
    changed = corrected(page(), TURNED, CUT, AS_FOUND)
    assert [each.outline for each in changed.corrections] == [TURNED, CUT, AS_FOUND]
    assert (changed.outline, changed.outline_version, changed.state) == (AS_FOUND, 3, "uploaded")
    assert changed.changed_at == NOW + timedelta(minutes=3)


def test_a_correction_says_who_made_it() -> None:
    """A citizen by their device, a helper by the mandate; the event names the latter only."""
    acting = Acting(new_id(), new_id(), "beistand", frozenset({"upload"}), "Sevim Kaya", "Amina Yildiz")
    own, helped = corrected(page(), CUT), corrected(page(), CUT, by=Citizen(CITIZEN.citizen_id, new_id(), acting))
    assert (own.corrections[0].by, own.corrections[0].by_id) == ("citizen", CITIZEN.device_id)
    assert (helped.corrections[0].by, helped.corrections[0].by_id) == ("helper", acting.mandate_id)
    assert (own.outlined().by, own.outlined().mandate_id) == ("citizen", None)
    assert (helped.outlined().by, helped.outlined().mandate_id) == ("helper", acting.mandate_id)


def test_a_page_is_announced_as_it_lies_now() -> None:
    """What is repeated until it took effect is the upload, and after a correction that."""
    assert isinstance(page().announced(), PageUploaded)
    fact = corrected(page(), CUT, TURNED).announced()
    assert isinstance(fact, PageOutlined)
    assert (fact.outline, fact.version, fact.outlined_at) == (TURNED, 2, NOW + timedelta(minutes=2))


def test_a_page_of_a_pdf_is_only_turned() -> None:
    """It has no corners to set."""
    assert corrected(page("application/pdf"), TURNED).outline == TURNED
    with pytest.raises(RefusedError, match=r"outline\.turn_only"):
        corrected(page("application/pdf"), CUT)


def test_of_several_pages_none_is_corrected() -> None:
    """An outline is that of one page; which one of a file it would be, nobody could say."""
    several = page("image/tiff").model_copy(update={"check": PageCheck(verdict="good", pages=2, checked_at=NOW)})
    with pytest.raises(RefusedError, match=r"outline\.several"):
        corrected(several, TURNED)


def test_corrections_have_an_end() -> None:
    """Each costs a check: a hundred of one page are enough."""
    often = corrected(page(), *[TURNED, CUT] * (MOST_CORRECTIONS // 2))
    with pytest.raises(RefusedError, match=r"outline\.too_many"):
        corrected(often, TURNED)


def test_what_is_handed_in_says_how_it_lies() -> None:
    """The event names a correction with its page, and nothing where the suggestion holds."""
    pages = [page(), corrected(page(), CUT), corrected(page(), CUT, AS_FOUND)]
    document = Document(
        id=new_id(),
        citizen_id=CITIZEN.citizen_id,
        device_id=CITIZEN.device_id,
        receipt_number="K7Q2-M9XA-4",
        received_at=NOW,
        pages=tuple(DocumentPage.of(one) for one in pages),
    )
    assert [each.outline for each in document.submitted().pages] == [None, CUT, None]


def checked(version: int, stage: str = "seen", minutes: int = 0) -> PageChecked:
    """Return what upload says of a page by a version of its outline."""
    fields = {"page_id": new_id(), "stage": stage, "verdict": "good", "outline_version": version}
    return PageChecked.model_validate(fields | {"checked_at": NOW + timedelta(minutes=minutes)})


def test_a_check_by_a_newer_outline_outweighs_all_others() -> None:
    """Also one that was read before; within an outline what was read outweighs what was seen, as ever."""
    read = PageCheck.model_validate(checked(1, "read").model_dump())
    assert read.gives_way_to(checked(2))
    assert not read.gives_way_to(checked(0, "read", minutes=5))
    assert not read.gives_way_to(checked(1, minutes=5))
    assert read.gives_way_to(checked(1, "read", minutes=5))


@pytest.mark.parametrize(
    ("if_match", "code"), [(None, "version_missing"), ('"1"', "changed"), ("2", "changed"), ('"2"', None), ("*", None)]
)
def test_a_change_names_the_version_it_is_about(if_match: str | None, code: str | None) -> None:
    """Two devices do not undo each other's correction."""
    if code is None:
        return check_version("outline", 2, if_match)
    with pytest.raises(RefusedError, match=rf"outline\.{code}"):
        check_version("outline", 2, if_match)
    return None


def test_corners_are_rounded() -> None:
    """A finger's place has no more digits than the picture has pixels."""
    assert quad_of([(1 / 3, 0), (1, 0), (1, 1), (0, 1)])[0] == (0.33333, 0)


@pytest.mark.parametrize(
    ("turn", "view_box", "corner"),
    [
        (0, "0 0 300 400", (0, 0)),
        (90, "0 0 400 300", (400, 0)),
        (180, "0 0 300 400", (300, 400)),
        (270, "0 0 400 300", (0, 300)),
    ],
)
def test_a_turned_picture_stays_in_view(turn: Turn, view_box: str, corner: tuple[int, int]) -> None:
    """The top left of the picture is seen where the turn leads it."""
    scene = Scene(300, 400, WHOLE, turn)
    assert scene.view_box == view_box
    assert scene.transform == f"translate({corner[0]} {corner[1]}) rotate({turn})"
    assert scene.points == "0.0,0.0 300.0,0.0 300.0,400.0 0.0,400.0"
