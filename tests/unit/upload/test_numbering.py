"""A sheet's number is found in many wordings; dates, paragraphs, invoices and running text are none."""

import pytest

from services.upload.domain.numbering import Numbering, numbering_of
from services.upload.domain.rows import Row, rows_of
from services.upload.schemas import Word
from tests.unit.upload.wordings import FOOT, TOP, UPPER, said


@pytest.mark.parametrize(
    ("text", "number", "count"),
    [
        ("Seite 2 von 4", 2, 4),
        ("SEITE 2 VON 4", 2, 4),
        ("Seite: 2 von 4", 2, 4),
        ("Seite 2/4", 2, 4),
        ("Seite 2 / 4", 2, 4),
        ("Seite2 von4", 2, 4),
        ("Seite 2 (von 4)", 2, 4),
        ("Seite 2 von insgesamt 4 Seiten", 2, 4),
        ("Seite 2 von 4 Seiten", 2, 4),
        ("Seite I von 4", 1, 4),
        ("Seite l von 2", 1, 2),
        ("Seite 1O von 12", 10, 12),
        ("Seite 1 von 1", 1, 1),
        ("Blatt 2 von 3", 2, 3),
        ("Blatt 1/2", 1, 2),
        ("Bl. 2/3", 2, 3),
        ("S. 2/4", 2, 4),
        ("S. 2 von 4", 2, 4),
        ("Page 3 of 7", 3, 7),
        ("Sayfa 2/4", 2, 4),
        ("Kundennummer 4711-0815 Seite 2 von 4", 2, 4),
        ("Seite 2 von 4 Rechnungsnummer 90112", 2, 4),
        ("Kontoauszug 3/2026   Blatt 1 von 2", 1, 2),
        ("Rechnung 2026/114 · Seite 2 von 4 · 02.04.2026", 2, 4),
        ("Stadtwerke Musterstadt GmbH   2/4", 2, 4),
        ("2 / 4", 2, 4),
        ("(2/4)", 2, 4),
        ("2 von 4", 2, 4),
        ("Seite 3", 3, None),
        ("Seite: 3", 3, None),
        ("- Seite 3 -", 3, None),
        ("Blatt 2", 2, None),
        ("Blatt Nr. 2", 2, None),
        ("Auszug 3 Blatt 2", 2, None),
        ("Kundennummer 4711   Seite 3", 3, None),
        ("- 2 -", 2, None),
        ("\u2013 2 \u2013", 2, None),
        ("-2-", 2, None),
        ("— 12 —", 12, None),
        ("3", 3, None),
    ],
)
@pytest.mark.parametrize("down", [TOP, FOOT])
def test_a_number_is_found_at_head_and_foot(text: str, number: int, count: int | None, down: float) -> None:
    """Letters have it at the top, contracts and bills at the bottom."""
    found = said(text, down)
    assert (found.number, found.count) == (number, count)


@pytest.mark.parametrize(
    "text",
    [
        "2/4",
        "- 2 -",
        "3",
    ],
)
def test_a_number_that_stands_for_itself_counts_only_at_the_edge(text: str) -> None:
    """In the middle it is an amount, a share, or a place in a list."""
    assert said(text, UPPER) == Numbering()


@pytest.mark.parametrize(
    "text",
    [
        "Essen, 2/4",
        "Datum:   2/4",
        "Rechnung Nr.   3/12",
        "Stand   4/12",
        "4/24",
        "02/04",
        "12/2026",
        "1/1",
        "7/3",
        "2/4/2026",
        "2.4.2026",
        "§ 2 von 4",
        "§ 2 Absatz 4 SGB II",
        "Lesen Sie dazu Seite 2 von 4 der Anlage",
        "wie auf Seite 2 von 4 beschrieben",
        "siehe Seite 2 von 4",
        "vgl. Seite 3",
        "Siehe Seite 3",
        "auf Seite 3",
        "Anlage Seite 3",
        "Seite 2, Absatz 3",
        "Seite 2 der Rechnung 4711",
        "Seiten 2 bis 4",
        "Seite 4 von 2",
        "Seite 0 von 4",
        "Seite 2 von 4711",
        "Seite II",
        "Rückseite 2",
        "Grundbuch von Essen Band 3 Blatt 12",
        "Amtsgericht Musterstadt HRB 4711",
        "2 von 4 Kindern leben im Haushalt",
        "3 Zimmer",
        "Telefon 0201 2 / 4",
        "1.234,00",
        "2026",
        "0",
    ],
)
def test_what_is_no_number_of_a_sheet_is_none(text: str) -> None:
    """Dates, shares, paragraphs, invoices, registers and pages of other papers are not taken for it."""
    assert said(text, TOP) == Numbering()
    assert said(text, FOOT) == Numbering()


def test_digits_alone_must_be_read_surely_and_stand_alone() -> None:
    """A speck is soon a 7; and beside other cells a digit is part of a table."""
    assert said("7", sure=60.0) == Numbering()
    assert said("7   8,00") == Numbering()
    assert said("7", down=0.9) == Numbering()
    assert said("38") == Numbering()
    assert numbering_of([Row(("7",), FOOT, apart=0.004)]) == Numbering()  # digits that a line has lost


def test_two_numbers_at_once_are_none() -> None:
    """Whoever has two sheets in one picture, or a letter within a letter, is told nothing wrong."""
    rows = [Row(("Seite 1 von 2",), TOP), Row(("Seite 3 von 4",), FOOT)]
    assert numbering_of(rows) == Numbering()


def test_a_number_with_its_word_outweighs_one_without() -> None:
    """The number of a form at the foot does not hide what the head says."""
    rows = [Row(("Seite 1 von 2",), TOP), Row(("- 7 -",), FOOT)]
    assert numbering_of(rows) == Numbering(1, 2)


def word(text: str, left: int, top: int, width: int) -> Word:
    """Return a word that was read well, 20 pixels high."""
    return Word(text=text, box=(left, top, width, 20), line=0, confidence=95.0)


def test_words_far_apart_are_cells() -> None:
    """Cells of a row are read apart, and a row knows how far down it stands."""
    places = [("Kunde", 10, 1800, 80), ("4711", 98, 1801, 60), ("Seite", 900, 1799, 60), ("2", 968, 1800, 10)]
    (row,) = rows_of([word(*place) for place in places], height=2000, dpi=150)
    assert row.cells == ("Kunde 4711", "Seite 2")
    above, below = rows_of([word("Kunde", 10, 1800, 80), word("7", 500, 1814, 10)], height=2000, dpi=150)
    assert above.apart == below.apart == pytest.approx(0.007)
    assert row.down == pytest.approx(0.905, abs=0.001)
    assert numbering_of([row]) == Numbering(2)
