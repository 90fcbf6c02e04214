"""The invented letters: lawful dates, numbers that check, one page each, repeatable by seed."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from stdnum import iban

from examples.paper.items import Text
from examples.paper.layout import LetterTooLongError, lay_out
from examples.paper.letter import Kind, Letter
from examples.paper.letters import KINDS, WRITERS, write
from examples.paper.people import checked, day, euro, working_day

ON = date(2026, 3, 27)
EVERY = [(kind, variant) for kind in KINDS for variant in range(WRITERS[kind][1])]


def printed(letter: Letter) -> list[str]:
    """All words that the layout places on the page."""
    return sorted(word for item in lay_out(letter) if isinstance(item, Text) for word in item.text.split())


@pytest.mark.parametrize(("kind", "variant"), EVERY)
def test_the_text_is_exactly_what_is_printed(kind: Kind, variant: int) -> None:
    """Every word of the ground truth stands on the page, and no other."""
    for seed in range(25):
        letter = write(kind, Random(seed), ON, variant=variant)
        assert printed(letter) == sorted(letter.text.split())


@pytest.mark.parametrize(("kind", "variant"), EVERY)
def test_every_fact_is_printed(kind: Kind, variant: int) -> None:
    """Numbers, amounts and the letter's date can be found in the text."""
    letter = write(kind, Random(variant), ON, variant=variant)
    assert all(number in letter.text for number in letter.facts.numbers.values())
    assert day(letter.facts.dates["letter"]) in letter.text
    shown = {"arrears", "dunning", "cutting", "total", "rent", "gross", "net", "monthly"}
    for name, amount in letter.facts.amounts.items():
        if name in shown:
            assert euro(amount) in letter.text


def test_the_same_seed_writes_the_same_letter() -> None:
    """A letter is a function of its type, seed and date."""
    assert write("stromrechnung", Random(5), ON) == write("stromrechnung", Random(5), ON)
    assert write("stromrechnung", Random(5), ON) != write("stromrechnung", Random(6), ON)


def test_a_cut_is_announced_eight_working_days_before_at_least() -> None:
    """Easter and weekends do not count: 27 March 2026 plus eight working days is 10 April."""
    assert working_day(ON, 8) == date(2026, 4, 10)
    for seed in range(50):
        cut = write("sperrankuendigung", Random(seed), ON).cut_on
        assert cut is not None
        assert cut > date(2026, 4, 10)
        assert cut < ON + timedelta(days=30)


def test_the_announced_day_can_be_chosen_but_not_too_soon() -> None:
    """The demo needs a certain day; the law's period still holds."""
    letter = write("sperrankuendigung", Random(1), ON, cut_on=date(2026, 4, 20))
    assert letter.cut_on == date(2026, 4, 20)
    assert "unterbrochen am: 20.04.2026" in letter.text
    with pytest.raises(ValueError, match="2026-04-10 at the earliest"):
        write("sperrankuendigung", Random(1), ON, cut_on=date(2026, 4, 9))


def test_an_unknown_variant_is_refused() -> None:
    """There are three announcements, counted from 0."""
    with pytest.raises(ValueError, match="variants 0 to 2, not 3"):
        write("sperrankuendigung", Random(1), ON, variant=3)


def test_accounts_have_valid_check_digits_at_a_bank_that_does_not_exist() -> None:
    """An IBAN passes a validator, but its bank code lies in no clearing area."""
    for seed in range(50):
        account = iban.compact(write("sperrandrohung", Random(seed), ON).sender.iban)
        assert iban.is_valid(account)
        assert account[4] == "9"


def test_a_market_location_has_the_check_digit_of_bdew() -> None:
    """The example in BDEW's own paper, 4137355924, gets the check digit 1."""
    assert checked("4137355924") == "41373559241"


def test_a_letter_that_does_not_fit_is_refused() -> None:
    """Nothing is silently printed over the footer."""
    letter = write("sperrankuendigung", Random(1), ON)
    longer = replace(letter, body=letter.body * 3)
    with pytest.raises(LetterTooLongError, match="sperrankuendigung variant"):
        lay_out(longer)
