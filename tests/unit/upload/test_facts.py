"""Facts of a letter: what they are, their values, and where on the page they stand."""

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban

from examples.paper import people
from examples.paper.letter import Kind
from examples.paper.letters import KINDS, write
from services.upload.domain.facts.fact import Fact
from services.upload.domain.facts.find import find_facts
from services.upload.domain.facts.numbers import market_location_checks
from services.upload.domain.facts.page import FactPage
from services.upload.schemas import Word

DPI = 144  # two pixels a point
WIDE, HIGH = 12, 20  # of a letter, in pixels


def page_of(lines: Sequence[str], *, confidence: float = 95) -> FactPage:
    """Set lines on a page, one under another; a tab leaves a wide gap."""
    words = []
    for row, line in enumerate(lines):
        x = 100
        for cell in line.split("\t"):
            for text in cell.split():
                box = (x, 100 + 40 * row, WIDE * len(text), HIGH)
                words.append(Word(text=text, box=box, line=row, confidence=confidence))
                x += WIDE * (len(text) + 1)
            x += 20 * WIDE
    return FactPage(1, DPI, 2000, words)


def found(*lines: str) -> dict[str, list[str]]:
    """Return the values found, by kind."""
    values: dict[str, list[str]] = {}
    for fact in find_facts([page_of(lines)]):
        values.setdefault(fact.kind, []).append(fact.value)
    return values


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("Die Stromversorgung wird unterbrochen am: 12.11.2026", "cut_off_date", "2026-11-12"),
        (
            "Wir werden den Strom am 12. November 2026 abstellen und der Zähler wird gesperrt",
            "cut_off_date",
            "2026-11-12",
        ),
        ("Sperrtermin:\t3.4.26", "cut_off_date", "2026-04-03"),
        ("Ohne Zahlung droht die Unterbrechung frühestens ab dem 30.03.2026.", "earliest_cut_date", "2026-03-30"),
        ("Zahlen Sie bitte bis zum 16. März 2026 den Betrag", "deadline", "2026-03-16"),
        ("fällig am 1. Dez. 2026", "deadline", "2026-12-01"),
        ("Datum\t02.O3.2O26", "letter_date", "2026-03-02"),
        ("Musterstadt, den 2. Marz 2026", "letter_date", "2026-03-02"),
        ("unser Schreiben vom 02.03.2026", "date", "2026-03-02"),
        ("Kundennummer:\t162 151 886", "customer_number", "162151886"),
        ("Kunden-Nr. l62l5l88O", "customer_number", "162151880"),
        ("Kundennurnmer 162151886", "customer_number", "162151886"),
        ("Vertragskonto 2000457", "contract_number", "2000457"),
        ("Zähler-Nr.: 1 AMT 48 9093 5291", "meter_number", "1AMT4890935291"),
        ("Marktlokation 54496019646", "market_location", "54496019646"),
        ("BG-Nummer 35902//0001234", "bg_number", "35902//0001234"),
        ("Ihr Zeichen: 35902BG0001234", "bg_number", "35902//0001234"),
        ("Rechnungsnummer R15560332", "invoice_number", "R15560332"),
        ("Offener Gesamtbetrag\t386,03 €", "amount_due", "386.03"),
        ("Guthaben von 1.234,50 EUR wird erstattet", "amount", "1234.50"),
        ("Gebühr EUR 12,-", "amount", "12.00"),
    ],
)
def test_a_line_says_what_it_says(line: str, kind: str, value: str) -> None:
    """Labels and the words around tell what a date or a number is for, misread marks or not."""
    assert found(line).get(kind) == [value]


def test_a_number_may_stand_below_its_label() -> None:
    """In a form with columns each number is found under its own label."""
    assert found("Kundennummer\tRechnungsnummer", "162151886123\t9988776") == {
        "customer_number": ["162151886123"],
        "invoice_number": ["9988776"],
    }


def test_a_period_is_no_deadline() -> None:
    """From one day until another is what a bill is about, not when to pay."""
    assert found("für die Zeit vom 01.01.2025 bis 31.12.2025") == {
        "period_start": ["2025-01-01"],
        "period_end": ["2025-12-31"],
    }


def test_a_date_may_be_broken_by_the_end_of_a_line() -> None:
    """A sentence goes on in the next line, and so does a date."""
    assert found("Die Versorgung wird unterbrochen am 12.", "November 2026 um 9 Uhr")["cut_off_date"] == ["2026-11-12"]


@pytest.mark.parametrize(
    "line",
    ["31.02.2026", "99.99.2026", "Version 1.2.3", "Telefon 0221 4710 519", "12345 Musterstadt", "14,5 % 31,87 ct/kWh"],
)
def test_what_is_no_fact_is_not_one(line: str) -> None:
    """Days that do not exist, versions, telephone numbers and rates stay out."""
    assert found(line) == {}


def test_an_iban_counts_only_with_its_check_digits() -> None:
    """A misread digit is put right where that makes the number valid; else there is no IBAN."""
    account = people.account(Random(1))
    assert found(f"IBAN {account}") == {"iban": [iban.compact(account)]}
    assert found(f"IBAN {account.replace('0', 'O').replace('1', 'l')}") == {"iban": [iban.compact(account)]}
    wrong = account[:-1] + ("1" if account[-1] != "1" else "2")
    assert found(f"IBAN {wrong}") == {}


def test_a_fact_says_where_it_stands_and_how_well_it_was_read() -> None:
    """The box is in points from the page's upper left corner; what was read badly is less sure."""
    lines = ["Guten Tag", "Kundennummer 123456789"]
    (fact,) = find_facts([page_of(lines)])
    (unsure,) = find_facts([page_of(lines, confidence=30)])
    left = (100 + WIDE * 13) / 2
    assert (fact.page, fact.text, fact.box) == (1, "123456789", (left, 70.0, left + WIDE * 9 / 2, 80.0))
    assert 0 < unsure.confidence < fact.confidence <= 1


def test_the_sender_is_named_without_its_slogan() -> None:
    """A company at the top that is named again at the foot is the sender, a supplier if it is about power."""
    lines = [
        "Handwerk seit 1952",
        "Stadtwerke Musterstadt GmbH · Lindenweg 3 · 62345 Musterstadt",
        "Stromrechnung 2025",
    ]
    assert found(*lines)["supplier"] == ["Stadtwerke Musterstadt GmbH"]


def test_facts_keep_their_pages() -> None:
    """The same number on two pages is two facts, on one page it is one."""
    page = page_of(["Kundennummer 123456789", "Kundennummer 123456789"])
    second = FactPage(2, DPI, 2000, page.words)
    assert [fact.page for fact in find_facts([page, second])] == [1, 2]


def test_every_letter_of_ours_gives_its_facts() -> None:
    """Read without mistakes, nine tenths of all that is printed in 40 letters is found, each under a fitting kind."""
    wanted = [truth for number in range(40) for truth in _truth(KINDS[number % len(KINDS)], number)]
    assert sum(hit for _, hit in wanted) / len(wanted) >= 0.9, [name for name, hit in wanted if not hit]


NAMED: Mapping[str, str] = {"cut": "cut_off_date", "not_before": "earliest_cut_date", "pay_by": "deadline"}


def _truth(kind: Kind, seed: int) -> list[tuple[str, bool]]:
    """Say of every fact of a letter whether it was found."""
    letter = write(kind, Random(seed), date(2026, 3, 2))
    facts = find_facts([page_of([line for line in letter.text.split("\n") if line])])
    values = {fact.value for fact in facts}
    kinds = {(fact.kind, fact.value) for fact in facts}
    said = [(f"{kind} {name}", number.replace(" ", "") in values) for name, number in letter.facts.numbers.items()]
    said += [
        (f"{kind} {name}", f"{abs(amount):.2f}" in {value.lstrip("-") for value in values})
        for name, amount in letter.facts.amounts.items()
    ]
    said += [
        (f"{kind} {name}", (NAMED[name], day.isoformat()) in kinds)
        for name, day in letter.facts.dates.items()
        if name in NAMED
    ]
    return said


@given(st.integers(0, 10**10 - 1))
def test_a_market_location_with_another_last_digit_is_wrong(stem: int) -> None:
    """Of the ten possible last digits one fits (none for a number that begins with 0)."""
    first = f"{stem:010d}"
    fitting = [digit for digit in "0123456789" if market_location_checks(first + digit)]
    assert fitting == ([] if first[0] == "0" else [people.checked(first)[-1]])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))  # by codec it takes seconds to list
def test_any_text_is_borne(text: str) -> None:
    """Whatever the recognition makes of a page, finding facts ends, and every fact is well-formed."""
    lines = [line for line in text.split("\n") if line.split()]
    for fact in find_facts([page_of(lines)]) if lines else ():
        assert isinstance(fact, Fact)
        assert fact.value
        assert 0 < fact.confidence <= 1
