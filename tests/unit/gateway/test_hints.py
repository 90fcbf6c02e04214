"""What may be wrong with pages together is said in sentences, with what a program needs to know of each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.gateway.domain.completeness import spans
from services.gateway.domain.documents import Document, DocumentPage
from services.gateway.domain.pages import Page, PageCheck
from services.gateway.schemas.completeness import CompletenessShown
from services.gateway.store.catalogues import load_texts

TEXTS = load_texts()
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def page(name: str, *, read: bool = True, **said: Any) -> Page:
    """Return a page that was read."""
    check = PageCheck(stage="read", verdict="good", pages=1, checked_at=NOW, **said) if read else None
    return Page(
        id=name,
        citizen_id="c",
        object_key="pages/x",
        sha256="0" * 64,
        size_bytes=1,
        media_type="image/jpeg",
        uploaded_at=NOW,
        state="checked",
        check=check,
    )


def document(*page_ids: str) -> Document:
    """Return a document that was handed in shortly before midnight in Berlin, when it is another day in UTC."""
    kept = {"object_key": "pages/x", "sha256": "0" * 64, "size_bytes": 1}
    return Document(
        id="d",
        citizen_id="c",
        device_id="phone",
        receipt_number="K7Q2-M9XA-4",
        received_at=datetime(2026, 11, 2, 23, 30, tzinfo=UTC),
        pages=tuple(DocumentPage(page_id=page_id, **kept) for page_id in page_ids),
    )


def said(*pages: Page, sent: dict[str, Document] | None = None, **more: Any) -> CompletenessShown:
    """Return what is said in German."""
    return CompletenessShown.of(pages, sent or {}, TEXTS, "de", **{"for_other": False, **more})


def test_what_is_missing_is_said_at_its_letter() -> None:
    """With the number on the paper, and what a program needs beside the sentence."""
    (hint,) = said(page("a", sheet_number=1, sheet_count=4), page("b", sheet_number=3, sheet_count=4)).hints
    assert hint.text == "Zu diesem Brief fehlt noch: Seite 2, 4 von 4."
    assert (hint.code, hint.page_id, hint.numbers, hint.count) == ("missing", "b", (2, 4), 4)


def test_what_goes_on_or_follows_is_said_at_its_page() -> None:
    """In the order of the pages."""
    found = said(page("a", follows=True), page("b", goes_on=True))
    assert [(hint.code, hint.page_id) for hint in found.hints] == [("follows", "a"), ("goes_on", "b")]


def test_a_sheet_that_was_sent_names_day_and_receipt() -> None:
    """The likest page that is in a document counts; the day is the one in Germany."""
    again = page("new", same_as=("let-go", "old"))
    (hint,) = said(again, sent={"old": document("old")}).hints
    assert hint.text == "Dieses Blatt haben Sie am 3. November 2026 schon abgegeben."
    assert hint.before
    assert (hint.before.document_id, hint.before.receipt_number) == ("d", "K7Q2-M9XA-4")
    (hint,) = said(again, sent={"old": document("old")}, for_other=True).hints
    assert hint.text == "Dieses Blatt wurde am 3. November 2026 schon abgegeben."


def test_a_sheet_that_is_like_nothing_sent_says_nothing() -> None:
    """The other one was let go, or is out of reach."""
    assert said(page("new", same_as=("let-go",))) == CompletenessShown()


def test_a_double_names_the_other_by_its_place() -> None:
    """The later one is named, as the one to be removed."""
    (hint,) = said(page("a"), page("b"), page("c", same_as=("a",))).hints
    assert (hint.text, hint.page_id, hint.same_as) == ("Das ist wohl dasselbe Blatt wie Seite 1.", "c", "a")


def test_what_was_not_read_yet_may_say_more() -> None:
    """Nothing is said of it, and that it is pending."""
    assert said(page("a", read=False)) == CompletenessShown(pending=True)


def test_an_order_comes_with_its_sentence() -> None:
    """A program gets the ids in the order suggested."""
    found = said(page("a", sheet_number=2, sheet_count=2), page("b", sheet_number=1, sheet_count=2))
    assert (found.hints, found.order) == ((), ("b", "a"))
    assert found.order_text


@pytest.mark.parametrize("language", sorted(TEXTS.catalogues))
def test_every_hint_has_a_text(language: str) -> None:
    """Nobody reads an empty hint."""
    pages = [
        page("a", sheet_number=2, sheet_count=3),
        page("b", sheet_number=1, sheet_count=3),
        page("c", sheet_number=7),
        page("d", same_as=("a", "old")),
        page("e", goes_on=True),
    ]
    sent = {"old": document("old")}
    found = CompletenessShown.of(pages, sent, TEXTS, language, for_other=False)
    assert [hint.code for hint in found.hints] == ["missing", "missing", "doubled", "sent", "goes_on"]
    (follows,) = CompletenessShown.of([page("f", follows=True)], {}, TEXTS, language, for_other=True).hints
    assert all(hint.text for hint in (*found.hints, follows))


@pytest.mark.parametrize(
    ("numbers", "text"), [((2,), "2"), ((1, 2), "1\u20132"), ((1, 3, 4, 5, 9), "1, 3\u20135, 9"), ((), "")]
)
def test_many_numbers_are_short(numbers: tuple[int, ...], text: str) -> None:
    """A long letter of which one page is there does not list a hundred."""
    assert spans(numbers) == text
