"""Codes that people type, and programs guess: wrong ones are counted by all gateways together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts
from services.gateway.store.counts import HOUR, Most

WRONG = "code.invalid"
EVERYWHERE = ""


@asynccontextmanager
async def guess(request: Request, parts: Parts) -> AsyncIterator[None]:
    """Try a code.

    Too many wrong ones over all close the door to those addresses only that sent one of them: who types their own
    code right is let in, and who guesses has one try an hour left for each address.

    Raises:
        RefusedError: `rate.exceeded`; and whatever the try raises.
    """
    address, counts = client_of(request), parts.stores.counts
    request.state.standing = await parts.rates.hit("activation", address)
    here = Most("codes.wrong", parts.limits.wrong_codes, HOUR)
    over_all = Most("codes.wrong.together", parts.limits.wrong_codes_together, HOUR)
    who = parts.links.digest(address)
    wrong = await counts.used(here, who)
    if wrong >= here.most or (wrong and await counts.used(over_all, EVERYWHERE) >= over_all.most):
        raise RefusedError("rate.exceeded", retry_after_s=counts.seconds_left(here))
    try:
        yield
    except RefusedError as refused:
        if refused.code == WRONG:
            await counts.add(here, who)
            await counts.add(over_all, EVERYWHERE)
        raise
