"""The same sheet is known again from another photograph; a letter of the same kind with other numbers is not it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from services.upload.domain.likeness.candidates import MOST_LIKELY, keys_of, likely_among
from services.upload.domain.likeness.fingerprint import COLUMNS, DATE, NUMBER, ROWS, WORD, Fingerprint, Mark, marks_of
from services.upload.domain.likeness.inkmap import ink_of
from services.upload.domain.likeness.same import LIKE_INK, SAME_INK, UNREAD, ink_shared, is_same, words_shared
from services.upload.domain.pixels import grey
from services.upload.schemas import Word
from tests.unit.upload.drawn import A4_150, letter

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
WIDTH, HEIGHT = A4_150
LINES = (
    "Stadtwerke Musterstadt GmbH Lindenweg 12 45130 Musterstadt",
    "Frau Erika Beispiel Kundennummer 471108 Vertragskonto 20300400",
    "Datum 02.03.2026 Rechnungsnummer R5345745",
    "Abrechnung Ihres Verbrauchs vom 01.12.2025 bis 28.02.2026",
    "Sehr geehrte Frau Beispiel wir berechnen Ihnen 312,47 Euro",
    "Bitte zahlen Sie bis zum 16.03.2026 auf unser Konto",
)


def words(
    lines: Sequence[str] = LINES, sure: float = 95.0, seen: Callable[[int, int], tuple[int, int]] | None = None
) -> list[Word]:
    """Return words in lines, 14 pixels a character; `seen` moves each as another camera would."""
    found = []
    for row, line in enumerate(lines):
        for match in re.finditer(r"\S+", line):
            left, top = 100 + 14 * match.start(), 200 + 60 * row
            left, top = seen(left, top) if seen else (left, top)
            box = (left, top, 13 * len(match[0]), 22)
            found.append(Word(text=match[0], box=box, line=row, confidence=sure))
    return found


@cache
def ink() -> tuple[int, ...]:
    """Return the ink of a drawn letter."""
    return ink_of(grey(letter()))


def printed(found: Sequence[Word], key: bytes = KEY, of: tuple[int, ...] | None = None) -> Fingerprint:
    """Return a fingerprint of words, and of the drawn letter's ink unless told otherwise."""
    return Fingerprint(ink() if of is None else of, marks_of(found, (WIDTH, HEIGHT), key))


def leaning(left: int, top: int) -> tuple[int, int]:
    """Return where a word lies whose page was found a little wrongly."""
    return round(0.99 * left + 0.012 * top + 9), round(1.01 * top - 0.008 * left - 11)


def changed(old: str, new: str) -> list[Word]:
    """Return the words of a letter in which one is another."""
    return words([line.replace(old, new) for line in LINES])


def test_a_fingerprint_survives_being_kept() -> None:
    """What is read from the database is what was put there; anything else is refused."""
    mine = printed(words())
    assert Fingerprint.unpacked(mine.packed()) == mine
    for data in (b"", mine.packed()[:-1], b"\0" * 100, mine.packed() + b"\0" * 9 * 400):
        with pytest.raises(ValueError, match=r"fingerprint\.length"):
            Fingerprint.unpacked(data)


def test_no_word_stands_in_a_fingerprint() -> None:
    """Neither in clear nor so that somebody with another key could try words."""
    packed = printed(words()).packed()
    assert not any(word.encode() in packed for line in LINES for word in line.split())
    mine, theirs = ({mark.token for mark in printed(words(), key).marks} for key in (KEY, OTHER_KEY))
    assert mine.isdisjoint(theirs)
    assert not is_same(printed(words()), printed(words(), OTHER_KEY))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("02.03.2026", DATE),
        ("2.3.26", DATE),
        ("02.03.2026,", DATE),
        ("02/2026", DATE),
        ("März", DATE),
        ("312,47", NUMBER),
        ("R5345745", NUMBER),
        ("DE89", NUMBER),
        ("Euro", WORD),
        ("12/2", NUMBER),
    ],
)
def test_what_tells_letters_apart_is_known(text: str, kind: int) -> None:
    """Dates and months above all; then whatever has digits."""
    (mark,) = marks_of([Word(text=text, box=(0, 0, 10, 10), line=0, confidence=90)], (100, 100), KEY)
    assert (mark.kind, mark.length, mark.sure) == (kind, sum(map(str.isalnum, text)), True)


@pytest.mark.parametrize("text", ["ab", "7", "-", "..", "5)"])
def test_specks_are_no_marks(text: str) -> None:
    """What is soon read into dust says nothing."""
    assert marks_of([Word(text=text, box=(0, 0, 10, 10), line=0, confidence=90)], (100, 100), KEY) == ()


def test_the_same_sheet_seen_otherwise_is_the_same() -> None:
    """Its words lie a little elsewhere; some are missing, one is misread, a number is read together with the next."""
    again = [word for number, word in enumerate(words(seen=leaning)) if number % 9]
    again[1] = again[1].model_copy(update={"text": "Musterstaclt"})
    again = [word.model_copy(update={"text": "47110820"}) if word.text == "471108" else word for word in again]
    assert is_same(printed(words()), printed(again))
    assert is_same(printed(again), printed(words()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("02.03.2026", "02.04.2026"),
        ("28.02.2026", "28.02.2027"),
        ("312,47", "312,48"),
        ("R5345745", "R5345746"),
        ("20300400", "20300401"),
        ("02.03.2026", ""),
        ("02.03.2026", "O2.O3.2O26"),
    ],
)
def test_one_other_number_is_another_letter(old: str, new: str) -> None:
    """Also a date that only one of them has, or that could not be read: a letter not sent costs more than a hint."""
    assert not is_same(printed(words()), printed(changed(old, new)))
    assert not is_same(printed(changed(old, new)), printed(words()))


def test_a_number_read_badly_is_no_other_number() -> None:
    """Recognition says that it is not sure of it."""
    again = [
        word.model_copy(update={"text": "R5345748", "confidence": 50.0}) if word.text == "R5345745" else word
        for word in words()
    ]
    assert is_same(printed(words()), printed(again))


def test_other_words_at_the_same_places_are_another_letter() -> None:
    """The head of a sender's paper is on all of its letters."""
    other = words(
        [*LINES[:3], "Wir begrüßen Sie als neue Kundin ganz herzlich bei uns", "Ihr Anschluss ist nun bereit"]
    )
    shares = words_shared(printed(words()), printed(other))
    assert shares.differ >= 5
    assert not is_same(printed(words()), printed(other))


def test_the_same_words_on_a_page_that_looks_otherwise_are_not_enough() -> None:
    """The lower half is not read, but must not look quite different."""
    half = (*ink()[: ROWS * 2 // 5], *(0,) * (ROWS - ROWS * 2 // 5))
    assert (
        ink_shared(printed(words()), printed(words(), of=half), UNREAD)
        < LIKE_INK
        < ink_shared(printed(words()), printed(words()), UNREAD)
    )
    assert not is_same(printed(words()), printed(words(), of=half))


def test_a_page_without_a_date_needs_more_words_and_ink() -> None:
    """The third page of a contract has none; nor has a form that is filled in by hand, each month otherwise."""
    prose = ["Der Mieter zahlt die Miete monatlich", "im Voraus auf das Konto des Vermieters", "und trägt die Kosten"]
    more = ["kleiner Reparaturen in seiner Wohnung", "soweit er sie selbst verursacht hat", "und haftet für Schäden"]
    long, short = words([*prose, *more]), words(prose)
    assert is_same(printed(long), printed(words([*prose, *more], seen=leaning)))
    assert not is_same(printed(short), printed(words(prose, seen=leaning)))
    filled = tuple(row if number % 3 else 0 for number, row in enumerate(ink()))
    assert LIKE_INK < ink_shared(printed(long), printed(long, of=filled), UNREAD) < SAME_INK
    assert not is_same(printed(long), printed(long, of=filled))
    assert is_same(printed(words()), printed(words(), of=filled))


def test_too_few_words_lay_nothing_together() -> None:
    """Two sheets that share three words have nothing to compare."""
    few = printed(words(LINES[:1]))
    assert words_shared(few, printed(words(LINES[:1], seen=leaning))).agree <= len(few.marks)
    assert words_shared(printed(words(["Stadtwerke Musterstadt GmbH"])), printed(words())) == words_shared(
        printed([]), printed([])
    )


def test_a_sheet_with_words_is_not_one_without() -> None:
    """However alike their ink is."""
    assert not is_same(printed(words()), printed([]))


def test_likely_are_those_that_share_numbers() -> None:
    """Of a hundred letters of one sender the few that share most are compared, the same one first."""
    mine = printed(words())
    others = {
        f"{number:03}": keys_of(
            printed(changed("471108", str(number)) if number % 2 else words(["Ganz andere Worte"] * 3))
        )
        for number in range(100)
    }
    likely = likely_among(keys_of(mine), {**others, "same": keys_of(mine)})
    assert likely[0] == "same"
    assert len(likely) == MOST_LIKELY
    assert all(int(name) % 2 for name in likely[1:])


def test_a_sheet_with_few_words_is_compared_with_others_such() -> None:
    """The newest of them; one with many words is none."""
    known = {"a": [1], "b": [], "c": list(range(24)), **{f"d{number}": [] for number in range(9)}}
    likely = likely_among([7], known)
    assert len(likely) == MOST_LIKELY
    assert "c" not in likely
    assert likely[0] == "d8"


def test_marks_are_bounded() -> None:
    """A page full of noise makes no endless row; what tells letters apart is kept first."""
    noise = [
        Word(text=f"wort{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}", box=(n, n, 9, 9), line=0, confidence=90)
        for n in range(900)
    ]
    (first, *rest) = marks_of([*noise, Word(text="1234", box=(0, 0, 9, 9), line=0, confidence=90)], (1000, 1000), KEY)
    assert first.kind == NUMBER
    assert len(rest) == 399
    assert COLUMNS % 8 == 0
    assert replace(first, length=99).flags == Mark(first.token, 0, 0, 31, first.kind, first.sure).flags


def test_a_date_on_paper_that_curls_is_found_where_it_moved_to() -> None:
    """A number may lie three times as far away as a word; further off it is another one of the same kind."""
    moved = [
        word.model_copy(update={"box": (word.box[0] + 22, *word.box[1:])}) if word.text == "02.03.2026" else word
        for word in words()
    ]
    assert is_same(printed(words()), printed(moved))
    gone = [
        word.model_copy(update={"box": (word.box[0] + 200, *word.box[1:])}) if word.text == "02.03.2026" else word
        for word in words()
    ]
    assert not is_same(printed(words()), printed(gone))
