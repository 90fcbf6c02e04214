"""What is missing, doubled or out of order is said by the pages' own numbers; what is not sure is not said."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.completeness import Completeness, Missing, Sheet, completeness_of

NOTHING = Completeness()


def sheets(text: str) -> list[Sheet]:
    """Return sheets a, b, c, ... by a short form: `2/4`, `2` or `-` (no number).

    Each may have `>` (goes on), `<` (follows) and `*3` (the pages of its file).
    """
    made = []
    for name, said in zip("abcdefgh", text.split(), strict=False):
        place, _, holds = said.strip("<>").partition("*")
        number, _, count = place.strip("<>").partition("/")
        made.append(
            Sheet(
                name,
                int(number) if number.isdigit() else None,
                int(count) if count else None,
                goes_on=">" in said,
                follows="<" in said,
                holds=None if holds == "?" else int(holds or 1),
            )
        )
    return made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "- - -",
        "1/1",
        "1/2 2/2",
        "1/2 2/2 1/2 2/2",
        "1/2 1/2 2/2 2/2",
        "1/2 2/2 1/3 2/3 3/3",
        "1 2 3",
        "1",
        "1 1 1",
        "1/4*4",
        "1/2*3",
        "1/4*2 3/4 4/4",
        "1/4*?",
        "-> -",
        "-> - <",
        "1> -",
        "1> 2",
        "1/2> 2/2",
        "1/1>",
        "->*2",
        "- -<",
        "1/2 2",
        "1/4 - 3/4 4/4",
        "1/4 - - 4/4",
        "- 2/2",
        "- - 3/3",
        "1/2 -",
        "1/3 2 -",
        "1/4 -*3",
        "1/4 -*?",
        "-*? 4/4",
        "1 - 3",
    ],
)
def test_what_is_whole_and_in_order_is_left_alone(text: str) -> None:
    """Several letters in one submission, backs without numbers, files of several pages: nothing to say."""
    assert completeness_of(sheets(text)) == NOTHING


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("1/4 2/4 4/4", [Missing("c", (3,), 4)]),
        ("1/2", [Missing("a", (2,), 2)]),
        ("2/2", [Missing("a", (1,), 2)]),
        ("1/4", [Missing("a", (2, 3, 4), 4)]),
        ("1/2 1/2", [Missing("a", (2,), 2), Missing("b", (2,), 2)]),
        ("1/2 2/3 3/3", [Missing("a", (2,), 2), Missing("c", (1,), 3)]),
        ("- 1/2", [Missing("b", (2,), 2)]),
        ("1/4 - 4/4", [Missing("c", (3,), 4)]),
        ("- 3/3", [Missing("b", (1,), 3)]),
        ("1/2 2/2 - 1/3", [Missing("d", (2, 3), 3)]),
        ("1 3", [Missing("b", (2,))]),
        ("2", [Missing("a", (1,))]),
        ("1/4*2 4/4", [Missing("b", (3,), 4)]),
        ("1/3 2 1/1 -", [Missing("b", (3,), 3)]),
        ("->", [Missing("a")]),
        ("-> 1", [Missing("a")]),
        ("1>", [Missing("a")]),
        ("- -> 1/1", [Missing("b")]),
        ("1 2>", [Missing("b")]),
        ("-<", [Missing("a", before=True)]),
        ("-<> -", [Missing("a", before=True)]),
    ],
)
def test_what_is_missing_is_named(text: str, missing: list[Missing]) -> None:
    """By its number where there is one, else as the page before or after."""
    assert list(completeness_of(sheets(text)).missing) == missing


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2/2 1/2", "ba"),
        ("1/3 3/3 2/3", "acb"),
        ("3 1 2", "bca"),
        ("2/2 - 1/2", "cba"),
        ("2/2> - 1/2", "cab"),
        ("3/4 1/4", "ba"),
        ("2/2 1/2 1/3 2/3 3/3", "bacde"),
        ("3/4 1/4*2", "ba"),
        ("2/2 1/2 2/2 1/2", ""),
        ("2/2 1/2 1/2", ""),
    ],
)
def test_an_order_is_suggested_where_it_is_clear(text: str, order: str) -> None:
    """A back goes with its front, others stay; of two letters of the same length nobody knows which page is whose."""
    assert completeness_of(sheets(text)).order == tuple(order)


def test_every_order_of_one_letter_leads_to_the_same() -> None:
    """However the pages were photographed."""
    for drawn in permutations([Sheet(name, number, 4) for number, name in enumerate("abcd", 1)]):
        found = completeness_of(drawn)
        assert (found.order or tuple(sheet.page_id for sheet in drawn)) == tuple("abcd")
        assert (found.missing, found.doubled) == ((), ())


def test_a_sheet_photographed_twice_is_named_once_and_lacks_nothing() -> None:
    """The double opens no letter of its own, whichever of the two was recognised."""
    once, again = Sheet("a", 1, 2), Sheet("b", 1, 2, same_as=("a", "z"))
    found = completeness_of([once, again, Sheet("c", 2, 2)])
    assert found == Completeness(doubled=(("b", "a"),))
    assert completeness_of([again, once, Sheet("c", 2, 2)]).doubled == (("a", "b"),)
    assert completeness_of([again]).doubled == ()


DRAWN = st.builds(
    Sheet,
    page_id=st.sampled_from("abcdefghij"),
    number=st.none() | st.integers(1, 5),
    count=st.none() | st.integers(1, 5),
    goes_on=st.booleans(),
    follows=st.booleans(),
    holds=st.none() | st.integers(1, 4),
)


@given(st.lists(DRAWN, unique_by=lambda sheet: sheet.page_id, max_size=8))
def test_a_suggested_order_loses_nothing_and_is_final(drawn: list[Sheet]) -> None:
    """Whatever was read: the pages stay the same ones, and who takes the suggestion gets no other one."""
    sound = [sheet for sheet in drawn if sheet.count is None or (sheet.number or 9) <= sheet.count]
    found = completeness_of(sound)
    if found.order:
        by_id = {sheet.page_id: sheet for sheet in sound}
        assert sorted(found.order) == sorted(by_id)
        assert completeness_of([by_id[page_id] for page_id in found.order]).order in ((), found.order)
