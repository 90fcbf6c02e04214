"""Tokens that were good lately: who holds one is let in though others guess at the same address."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.domain.refusal import RefusedError
from shared.partners import hash_token
from shared.shares import NoShareError, Share, Slots

MOST = 50_000
"""So many are remembered, by their hash: some 10 MB."""
AT_ONCE = 16
"""So many tokens of one address that were not seen lately are looked up at the same time."""
RETRY_AFTER_S = 1


class Tokens:
    """Says whose a token was when it was last seen, so that its rate is counted before anything is looked up.

    Nobody is let in by this: whether a device still is, the database says each time.
    """

    def __init__(self, most: int = MOST) -> None:
        """Remember the `most` that were seen last."""
        self._most = most
        self._principals: OrderedDict[str, str] = OrderedDict()
        self._unseen = Slots(most)

    def principal_of(self, digest: str) -> str | None:
        """Return whose token has this hash, if it was good lately; empty for one just handed out, None if unknown."""
        return self._principals.get(digest)

    def expect(self, token: str) -> None:
        """Remember a token that is handed out now."""
        self.keep(hash_token(token), "")

    def keep(self, digest: str, principal: str) -> None:
        """Remember a good token."""
        self._principals[digest] = principal
        self._principals.move_to_end(digest)
        if len(self._principals) > self._most:
            self._principals.popitem(last=False)

    def forget(self, digest: str) -> None:
        """Forget a token that is good no more."""
        self._principals.pop(digest, None)

    @contextmanager
    def looked_up(self, digest: str, address: str) -> Iterator[None]:
        """Look up a token; of those that were not seen lately a few of each address at a time.

        Raises:
            RefusedError: `rate.exceeded`: too many of this address are being looked up.
        """
        if digest in self._principals:
            yield
            return
        try:
            with self._unseen.at_once(Share(address, AT_ONCE)):
                yield
        except NoShareError as full:
            raise RefusedError("rate.exceeded", retry_after_s=RETRY_AFTER_S) from full
