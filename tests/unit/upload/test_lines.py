"""What a PDF's characters say: words whose letters stand apart, lines from right to left, one spelling of a letter."""

# ruff: noqa: RUF001 - letters of other scripts look like Latin ones

from itertools import pairwise

import numpy as np
import pytest

from services.upload.domain.language import languages_of, script_of
from services.upload.domain.lines import lines_of, without_doubles
from services.upload.domain.parts import parts_of
from services.upload.domain.rightleft import as_cast, as_shown, in_reading_order
from services.upload.domain.spaced import Piece, joined
from services.upload.domain.spelling import spelled

WIDE, HIGH = 10, 20


def row(text: str, *, gap: int, typed: bool = False, top: int = 0) -> list[Piece]:
    """Return the words of a text, `gap` pixels from each other; two spaces are three gaps."""
    pieces: list[Piece] = []
    left = 0
    for number, word in enumerate(text.split(" ")):
        if word:
            pieces.append(Piece(word, (left, top, WIDE * len(word), HIGH), typed and number > 0))
        left += WIDE * len(word) + gap
    return pieces


def said(pieces: list[Piece]) -> str:
    """Return words with spaces between them."""
    return " ".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "gap", "typed", "words"),
    [
        ("3 8 6 , 0 3", 6, False, "386,03"),
        ("B e t r a g  3 8 6 , 0 3  E u r o", 6, False, "Betrag 386,03 Euro"),
        ("O ff e n", 6, False, "Offen"),
        ("B e s c h e i d", 6, True, "Bescheid"),
        ("Betrag 386,03 Euro", 6, False, "Betrag 386,03 Euro"),
        ("1 2 3 4 5 6", 6, False, "1 2 3 4 5 6"),  # counted
        ("a b c d e", 6, True, "a b c d e"),
        ("7 1 4 9", 6, True, "7 1 4 9"),  # typed digits mean something each
        ("X X X X", 60, False, "X X X X"),  # columns
        ("zu je 3 %", 6, True, "zu je 3 %"),
        ("B e s c h e i d 3 8 6 , 0 3", 6, True, "Bescheid 386,03"),
    ],
)
def test_letters_that_were_set_apart_are_a_word(text: str, gap: int, words: str, *, typed: bool) -> None:
    """Even gaps between single letters are no spaces; gaps that mean something stay."""
    assert said(joined(row(text, gap=gap, typed=typed))) == words


def test_a_joined_word_has_the_place_of_its_letters() -> None:
    """Facts are marked on the page by the boxes of their words."""
    (word,) = joined(row("3 8 6", gap=6))
    assert word.box == (0, 0, 42, HIGH)


def test_lines_are_read_from_right_to_left_numbers_and_latin_words_not() -> None:
    """Whichever order the file has: words go from right to left, an IBAN behind its word, its full stop last."""
    visual = row(".IBAN DE02 .16.03.2026 لبق عفدي", gap=6)
    turned = [Piece(piece.text[::-1] if piece.text[0] >= "\u0600" else piece.text, piece.box) for piece in visual]
    assert said(in_reading_order(turned)) == "يدفع قبل 16.03.2026. IBAN DE02."
    assert said(in_reading_order(turned[::-1])) == "يدفع قبل 16.03.2026. IBAN DE02."


def test_groups_of_digits_are_as_they_were_written() -> None:
    """Between Arabic words 4711-0815-22 is shown from its end (a hyphen has no direction of its own)."""
    line = [Piece("22-0815-4711", (0, 0, 120, HIGH)), Piece("رقم", (130, 0, 30, HIGH))]
    assert said(in_reading_order(line)) == "رقم 4711-0815-22"
    latin = row("Nummer 4711-0815-22", gap=6)
    assert in_reading_order(latin) == latin


def test_letters_of_one_shape_keep_their_order() -> None:
    """Lam and alef are drawn as one: PDFium turns them round with their word."""
    assert "".join(as_cast("\u0627\u0625\u0644\u064a", [1, 2, 2, 3])) == "\u0627\u0644\u0625\u064a"
    assert "".join(as_cast("Offen", [1, 2, 2, 3, 4])) == "Offen"


def test_words_are_kept_as_they_stand_on_paper() -> None:
    """Right to left, digits and brackets apart: other programs turn them round when they are copied."""
    assert as_shown("قبل") == "لبق"
    assert as_shown("(سنة2026)") == "(2026ةنس)"
    assert as_shown("Straße") == "Straße"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("ku\u0308ndigen", "kündigen"),
        ("P\ufb02icht", "Pflicht"),
        ("\ufedf\ufe8e", "\u0644\u0627"),
        ("Woh\u00adnung", "Woh-nung"),
        ("Zeit\u200braum\u200f", "Zeitraum"),
        ("30 m² ½", "30 m² ½"),
        ("می\u200cشود", "می\u200cشود"),
    ],
)
def test_each_letter_is_spelled_in_one_way(stored: str, text: str) -> None:
    """Whoever searches for a word finds it; what means something else in another form stays."""
    assert spelled(stored) == text


def test_what_was_filled_in_stands_in_its_line() -> None:
    """A value comes after its label and before the words behind it, though the file has it last."""
    printed = [*row("Miete: Euro", gap=100), *row("Ort:", gap=6, top=60)]
    filled = [
        Piece("612,40", (80, 2, 60, HIGH)),
        Piece("Bonn", (70, 61, 40, HIGH)),
        Piece("allein", (0, 200, 60, HIGH)),
    ]
    assert [said(line) for line in lines_of(printed, filled)] == ["Miete: 612,40 Euro", "Ort: Bonn", "allein"]


def test_hidden_words_under_drawn_ones_are_left_out() -> None:
    """A recognition that was laid over text says the same again, and worse; behind a scan it is all there is."""
    drawn, hidden = Piece("Betrag", (0, 0, 60, HIGH)), Piece("Betnag", (2, 1, 60, HIGH), hidden=True)
    beside = Piece("Stempel", (0, 300, 70, HIGH), hidden=True)
    assert without_doubles([drawn, hidden, beside]) == [drawn, beside]
    assert without_doubles([hidden, beside]) == [hidden, beside]
    assert without_doubles([]) == []


@pytest.mark.parametrize(
    ("text", "script", "first"),
    [
        ("Straße 12", "Latin", "deu"),
        ("Рахунок і ґанок", "Cyrillic", "ukr"),
        ("Счёт и объём", "Cyrillic", "rus"),
        ("رقم العقد", "Arabic", "ara"),
        ("12,50", "Latin", "deu"),
    ],
)
def test_a_text_is_read_in_a_language_of_its_script(text: str, script: str, first: str) -> None:
    """The strip that tells whether a text is to be believed is read in its own letters."""
    assert script_of(text) == script
    assert languages_of(text)[0] == first
    assert languages_of("Πληρωτέο") == ()


def test_a_long_page_is_divided_between_its_lines() -> None:
    """No part is longer than asked for, none is lost, and none ends in a line."""
    page = np.full((5000, 60), 255, np.uint8)
    for top in range(40, 4960, 50):
        page[top : top + 30] = 0
    parts = list(parts_of(page, 900))
    assert parts[0][0] == 0
    assert parts[-1][1] == 5000
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert all(0 < bottom - top <= 900 for top, bottom in parts)
    assert all(page[bottom].min() == 255 for _, bottom in parts[:-1])


def test_a_page_without_a_gap_is_divided_all_the_same() -> None:
    """A photograph from edge to edge has no lines to spare."""
    parts = list(parts_of(np.zeros((5000, 60), np.uint8), 900))
    assert parts[-1][1] == 5000
    assert all(0 < bottom - top <= 900 for top, bottom in parts)
