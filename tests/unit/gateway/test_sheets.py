"""What is said of a file of several pages names the page, in the reader's language; what is older stays readable."""

from datetime import UTC, datetime

import pytest

from services.gateway.domain.pages import Page, PageCheck
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.texts import OF_FILES, Place
from services.gateway.domain.timeline import entry_of
from services.gateway.schemas.shown import PageShown
from services.gateway.store.catalogues import load_texts
from shared.events.upload import PageChecked, SheetChecked
from shared.ids import new_id

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
TEXTS = load_texts()
FILE = new_id()
CHECKED = PageChecked(
    page_id=FILE,
    verdict="retake",
    reasons=("too_dark",),
    annotated_key=f"annotated/{FILE}-2.jpg",
    page=2,
    pages=3,
    sheets=(
        SheetChecked(number=1, verdict="good", annotated_key=f"annotated/{FILE}.jpg"),
        SheetChecked(number=2, verdict="retake", reasons=("too_dark",), annotated_key=f"annotated/{FILE}-2.jpg"),
        SheetChecked(number=3, verdict="retake", reasons=("pdf_damaged",)),
    ),
    checked_at=NOW,
)


def page(check: PageCheck | None) -> Page:
    """Return a PDF that was checked."""
    return Page(
        id=FILE,
        citizen_id=new_id(),
        object_key=f"pages/{FILE}",
        sha256="0" * 64,
        size_bytes=9,
        media_type="application/pdf",
        uploaded_at=NOW,
        state="checked" if check else "uploaded",
        check=check,
    )


KEPT = page(PageCheck.model_validate(CHECKED.model_dump()))


def test_the_reason_names_the_page() -> None:
    """The worst page's is the file's, and each page has its own."""
    shown = PageShown.of(KEPT, TEXTS, "de")
    assert [reason.text for reason in shown.reasons] == [
        "Seite 2 von 3: Das Bild ist zu dunkel. Machen Sie mehr Licht."
    ]
    assert [(sheet.number, sheet.verdict, sheet.has_annotated) for sheet in shown.sheets] == [
        (1, "good", True),
        (2, "retake", True),
        (3, "retake", False),
    ]
    assert shown.sheets[1].reasons == shown.reasons
    assert (
        shown.sheets[2].reasons[0].text
        == "Seite 3 von 3: Diese Seite lässt sich nicht lesen. Bitte fotografieren Sie sie mit dem Telefon."
    )
    english = PageShown.of(KEPT, TEXTS, "en")
    assert english.reasons[0].text.startswith("Page 2 of 3: ")


@pytest.mark.parametrize("language", sorted(TEXTS.catalogues))
def test_every_language_names_the_page(language: str) -> None:
    """Both numbers are in each text, and none speaks of the whole file as damaged."""
    for code in ("blurred", *OF_FILES):
        [text] = TEXTS.reasons([code], (), language, Place(7, 11))
        assert {"7", "11"} <= set("".join(mark if mark.isdigit() else " " for mark in text).split())
    assert len({*TEXTS.reasons(OF_FILES, (), language, Place(7, 11))}) == 1
    assert len({*TEXTS.reasons(OF_FILES, (), language)}) > 1


def test_a_single_page_is_not_numbered() -> None:
    """A photograph's reasons are as they were."""
    [text] = TEXTS.reasons(["cut"], ["B"], "de", Place(1, 1))
    assert text == "Die Seite ist abgeschnitten: unten. Gehen Sie etwas weiter weg."


def test_the_timeline_names_the_page() -> None:
    """Of a file whose second page is dark it says so."""
    entry = entry_of(CHECKED, id=new_id(), at=NOW, citizen_id=new_id())
    assert entry
    assert "Seite 2 von 3: Das Bild ist zu dunkel." in TEXTS.entry(entry, "de", {})


def test_a_check_from_before_pages_were_told_apart_is_read_and_shown() -> None:
    """It was about the first page, and has no sheets."""
    row = CHECKED.model_dump(exclude={"page", "sheets"})
    old = PageCheck.model_validate(row)
    assert (old.page, old.sheets) == (1, ())
    shown = PageShown.of(page(old), TEXTS, "de")
    assert (shown.pages, shown.sheets) == (3, ())
    entry = entry_of(CHECKED, id=new_id(), at=NOW, citizen_id=new_id())
    assert entry
    older = entry.model_copy(update={"values": {"reasons": ["too_dark"]}})
    assert "Seite 2" not in TEXTS.entry(older, "de", {})


def test_only_pictures_that_were_drawn_can_be_had() -> None:
    """A page that could not be read has none, and neither has one that the file does not have."""
    assert KEPT.picture_of(2) == f"annotated/{FILE}-2.jpg"
    for number in (3, 4):
        with pytest.raises(RefusedError, match=r"page\.no_annotation"):
            KEPT.picture_of(number)
    only = page(PageCheck(verdict="good", annotated_key=f"annotated/{FILE}.jpg", pages=1, checked_at=NOW))
    assert only.picture_of(1) == f"annotated/{FILE}.jpg"
    with pytest.raises(RefusedError, match=r"page\.no_annotation"):
        page(None).picture_of(1)
    assert KEPT.check
