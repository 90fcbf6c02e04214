"""What clients do at once, such as uploads: each holds a connection and memory or disk for as long as they take."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from services.gateway.domain.limits import Most
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.problems import RETRY_AFTER_S, unavailable
from shared.serving.addresses import counted_as
from shared.shares import NoShareError, Share, Slots


class AtOnce:
    """Counts one kind of thing in this process; those whom nobody here knows have half of all places at most.

    Those of them at one address have half of that: they stop neither the others nor whom we know at that address.
    """

    def __init__(self, code: str, most: Most) -> None:
        """Refuse with `code` who has used up a share."""
        self._code = code
        self.most = most
        self._slots = Slots(most.together)

    @contextmanager
    def one_of(self, request: Request) -> Iterator[None]:
        """Count one while it runs.

        Raises:
            RefusedError: the code for a share that is used up, `server.unavailable` if all places are taken.
        """
        try:
            with self._slots.at_once(*self._shares(request)):
                yield
        except NoShareError as full:
            refused = RefusedError(self._code, retry_after_s=RETRY_AFTER_S) if full.own else unavailable()
            raise refused from full

    def _shares(self, request: Request) -> list[Share]:
        address = counted_as(request.client.host if request.client else "")
        shares = [Share(f"address {address}", self.most.address)]
        if principal := getattr(request.state, "principal", None):
            shares.append(Share(principal, self.most.each))
        if getattr(request.state, "stranger", True):
            strangers = max(1, self.most.together // 2)
            here = max(1, min(strangers, self.most.address) // 2)
            shares += [Share("strangers", strangers), Share(f"strangers at {address}", here)]
        return shares
