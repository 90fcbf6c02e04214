"""Uploads at once: so many for each principal and each address, so many in all, half of them for strangers."""

from contextlib import ExitStack

import pytest
from fastapi import Request

from services.gateway.domain.limits import Most
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.at_once import AtOnce


def asked(principal: str, address: str = "192.0.2.1", *, stranger: bool = False) -> Request:
    """Return a request of somebody who was let in."""
    state = {"principal": principal, "stranger": stranger}
    return Request({"type": "http", "headers": [], "client": (address, 1), "state": state})


def refused_of(uploads: AtOnce, request: Request) -> tuple[str, int]:
    """Return how one more is refused."""
    with pytest.raises(RefusedError) as refused, uploads.one_of(request):
        pass
    assert refused.value.retry_after_s
    return refused.value.code, refused.value.status


def test_each_principal_has_a_few() -> None:
    """One principal's uploads fill its own room, and nobody else's; an ended one leaves room, also by failing."""
    uploads = AtOnce("uploads.too_many", Most(each=2, address=9, together=9))
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(uploads.one_of(asked("a")))
        assert refused_of(uploads, asked("a")) == ("uploads.too_many", 429)
        with pytest.raises(KeyError), uploads.one_of(asked("b")):
            raise KeyError
    with uploads.one_of(asked("a")), uploads.one_of(asked("a")):
        pass


def test_each_address_has_a_few_more() -> None:
    """Many principals at one address fill its room, and nobody's elsewhere."""
    uploads = AtOnce("uploads.too_many", Most(each=2, address=2, together=9))
    with uploads.one_of(asked("a")), uploads.one_of(asked("b")):
        assert refused_of(uploads, asked("c")) == ("uploads.too_many", 429)
        with uploads.one_of(asked("c", "192.0.2.2")):
            pass


def test_strangers_leave_half_to_those_we_know() -> None:
    """However many newcomers come from however many addresses, those we know find room."""
    uploads = AtOnce("uploads.too_many", Most(each=2, address=2, together=4))
    with ExitStack() as running:
        for number in range(2):
            running.enter_context(uploads.one_of(asked(f"n{number}", f"192.0.2.{number}", stranger=True)))
        assert refused_of(uploads, asked("n2", "192.0.2.9", stranger=True)) == ("uploads.too_many", 429)
        with uploads.one_of(asked("known", "192.0.2.9")):
            pass


def test_strangers_at_one_address_leave_half_to_other_strangers() -> None:
    """However many newcomers come from one address, those at another find room, and so do those we know at the same."""
    uploads = AtOnce("uploads.too_many", Most(each=2, address=4, together=8))
    with ExitStack() as running:
        for number in range(2):
            running.enter_context(uploads.one_of(asked(f"n{number}", stranger=True)))
        assert refused_of(uploads, asked("n2", stranger=True)) == ("uploads.too_many", 429)
        with uploads.one_of(asked("n2", "192.0.2.2", stranger=True)), uploads.one_of(asked("known")):
            pass


def test_all_together_have_a_limit() -> None:
    """Many principals with one upload each fill the process, until one of them has ended."""
    uploads = AtOnce("uploads.too_many", Most(each=2, address=9, together=3))
    with uploads.one_of(asked("a")), uploads.one_of(asked("b")):
        with uploads.one_of(asked("c")):
            assert refused_of(uploads, asked("d")) == ("server.unavailable", 503)
        with uploads.one_of(asked("d")):
            pass
