"""Rate limits: counted per principal in this process; with n gateways a client gets at most n times as much."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from services.gateway.domain.refusal import RefusedError


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

    async def _standing(self, name: str, who: str) -> Standing:
        item = self._items[name]
        stats = await self._limiter.get_window_stats(item, name, who)
        reset_s = max(1, math.ceil(stats.reset_time - time.time()))
        return Standing(name, item.amount, item.get_expiry(), stats.remaining, reset_s)
