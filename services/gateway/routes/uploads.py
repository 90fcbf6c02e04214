"""How many uploads run at once: each holds a file on disk and a connection for as long as its client sends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.domain.refusal import RefusedError

RETRY_AFTER_S = 5


class Uploads:
    """Counts the uploads that run in this process, of each principal and of all."""

    def __init__(self, each: int, together: int) -> None:
        """Let `each` principal have so many at once, and all of them `together`."""
        self._each = each
        self._together = together
        self._running: Counter[str] = Counter()

    @contextmanager
    def one_of(self, principal: str) -> Iterator[None]:
        """Count one upload while it runs.

        Raises:
            RefusedError: `uploads.too_many`.
        """
        if self._running.get(principal, 0) >= self._each or self._running.total() >= self._together:
            raise RefusedError("uploads.too_many", retry_after_s=RETRY_AFTER_S)
        self._running[principal] += 1
        try:
            yield
        finally:
            self._running[principal] -= 1
            if not self._running[principal]:
                del self._running[principal]
