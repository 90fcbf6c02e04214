"""Rates of requests, counted in this process before anything is looked up: with n gateways n times as much is allowed.

What must not grow with the number of gateways is counted in the database, too: see `store/counts.py`.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from services.gateway.domain.refusal import RefusedError
from services.gateway.store.counts import Most


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client stands: what it may do in the window, what is left, and when it may do more."""

    name: str
    quota: int
    window_s: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "ratelimit-policy": f'"{self.name}";q={self.quota};w={self.window_s}',
            "ratelimit": f'"{self.name}";r={self.remaining};t={self.reset_s}',
        }


class Rates:
    """Counts requests by kind of client."""

    def __init__(self, rates: Mapping[str, str]) -> None:
        """Allow `rates`, e.g. `{"citizen": "600/minute"}`."""
        self.stated = dict(rates)
        self._items: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in rates.items()}
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def hit(self, name: str, who: str) -> Standing:
        """Count one request of `who`.

        Raises:
            RefusedError: `rate.exceeded`.
        """
        allowed = await self._limiter.hit(self._items[name], name, who)
        standing = await self._standing(name, who)
        if not allowed:
            raise RefusedError("rate.exceeded", retry_after_s=standing.reset_s)
        return standing

    async def check(self, name: str, who: str) -> None:
        """Check that `who` may make one more request, without counting it.

        Raises:
            RefusedError: `rate.exceeded`.
        """
        if not await self._limiter.test(self._items[name], name, who):
            raise RefusedError("rate.exceeded", retry_after_s=(await self._standing(name, who)).reset_s)

    def most(self, name: str, refusal: str = "rate.exceeded") -> Most:
        """Return a rate as all processes together count it."""
        item = self._items[name]
        return Most(name, item.amount, timedelta(seconds=item.get_expiry()), refusal)

    async def _standing(self, name: str, who: str) -> Standing:
        item = self._items[name]
        stats = await self._limiter.get_window_stats(item, name, who)
        reset_s = max(1, math.ceil(stats.reset_time - time.time()))
        return Standing(name, item.amount, item.get_expiry(), stats.remaining, reset_s)
