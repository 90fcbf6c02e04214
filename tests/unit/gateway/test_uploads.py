"""Uploads at once: so many for each principal, so many in all."""

from contextlib import ExitStack

import pytest

from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.uploads import Uploads


def test_each_principal_has_a_few() -> None:
    """One principal's uploads fill its own room, and nobody else's; an ended one leaves room, also by failing."""
    uploads = Uploads(each=2, together=9)
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(uploads.one_of("a"))
        with pytest.raises(RefusedError, match=r"uploads\.too_many") as refused, uploads.one_of("a"):
            pass
        assert refused.value.retry_after_s
        with pytest.raises(KeyError), uploads.one_of("b"):
            raise KeyError
    with uploads.one_of("a"), uploads.one_of("a"):
        pass


def test_all_together_have_a_limit() -> None:
    """Many principals with one upload each fill the process, until one of them has ended."""
    uploads = Uploads(each=2, together=3)
    with uploads.one_of("a"), uploads.one_of("b"):
        with uploads.one_of("c"), pytest.raises(RefusedError, match=r"uploads\.too_many"), uploads.one_of("d"):
            pass
        with uploads.one_of("d"):
            pass
