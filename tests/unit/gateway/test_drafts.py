"""A draft keeps every page once, in the order its citizen wants, whatever is done to it."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.drafts import Draft, add, arrange, move, remove, replace
from services.gateway.domain.refusal import RefusedError
from services.gateway.settings import GatewaySettings

LIMITS = dataclasses.replace(GatewaySettings().limits, pages=3)
pages = st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple)


def test_pages_are_added_once_and_up_to_the_limit() -> None:
    """A page sent again is not there twice; the one too many is refused with the number allowed."""
    assert add(("a", "b"), "a", LIMITS) == ("a", "b")
    assert add(("a", "b"), "c", LIMITS) == ("a", "b", "c")
    with pytest.raises(RefusedError) as refused:
        add(("a", "b", "c"), "d", LIMITS)
    assert refused.value.values == {"max_pages": 3}


def test_retake_takes_the_place_of_the_old_page() -> None:
    """It works in a full draft, too; a page that was removed meanwhile lets the new one go to the end."""
    assert replace(("a", "b", "c"), "b", "x", LIMITS) == ("a", "x", "c")
    assert replace(("a", "c"), "b", "x", LIMITS) == ("a", "c", "x")
    assert replace(("a", "x"), "a", "x", LIMITS) == ("a", "x")  # the same upload, answered again


@given(pages, st.sampled_from("abcdefgh"), st.integers(-9, 9))
def test_moving_loses_and_doubles_nothing(pages: tuple[str, ...], page: str, by: int) -> None:
    """The others keep their order; the page goes as far as asked, at most to an end."""
    moved = move(pages, page, by)
    assert remove(moved, page) == remove(pages, page)
    assert sorted(moved) == sorted(pages)
    if page in pages:
        assert moved.index(page) == min(max(pages.index(page) + by, 0), len(pages) - 1)


def test_each_state_has_a_key_of_its_own() -> None:
    """What was handed in once is not handed in again under the key of a later state."""
    assert Draft(id="phone", version=1).key != Draft(id="phone", version=2).key


@given(pages, pages)
def test_an_order_is_taken_only_for_these_pages(pages: tuple[str, ...], order: tuple[str, ...]) -> None:
    """What was suggested before a page came or went changes nothing."""
    assert arrange(pages, order) == (order if set(order) == set(pages) else pages)


def test_an_order_can_be_taken_back_until_the_next_change() -> None:
    """The draft remembers the order before; any other step forgets it."""
    ordered = Draft(id="phone", page_ids=("b", "a")).after(("a", "b"), ("b", "a"))
    assert (ordered.page_ids, ordered.former, ordered.version) == (("a", "b"), ("b", "a"), 1)
    assert ordered.after(ordered.former) == Draft(id="phone", page_ids=("b", "a"), version=2)
