"""Allowances: what makes others work, a supplier or a person at the desk, is counted by all gateways together."""

from typing import Literal

from fastapi import Request

from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts

What = Literal["consent", "callback"]


async def allow(request: Request, parts: Parts, what: What) -> None:
    """Count a wish of somebody; those without an account share a number at each address.

    Raises:
        RefusedError: `rate.exceeded`.
    """
    counts, rates, digest = parts.stores.counts, parts.rates, parts.links.digest
    await counts.take(rates.most(what), digest(request.state.principal))
    if request.state.stranger:
        await counts.take(rates.most(f"{what}_newcomer"), digest(client_of(request)))
