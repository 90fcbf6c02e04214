"""Newcomers: in without a code, with a name, a birthday and a phone number; as a form of the pages or of an app."""

from fastapi import APIRouter, Request

from services.gateway.domain.access import idempotency_key
from services.gateway.domain.newcomers import Person, check_birthday, name_of, phone_of
from services.gateway.routes.access import client_of
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.answered import Activated
from services.gateway.schemas.newcomers import Start
from services.gateway.store.counts import DAY, Most
from shared.clock import BERLIN

router = APIRouter(tags=["newcomers"])


@router.post(
    "/v1/newcomers",
    status_code=201,
    summary="Start without a code",
    responses=problems(400, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def start(request: Request, wish: Start, parts: Ready) -> Activated:
    """Give a device access to what it hands in itself; the token is in this answer and nowhere else."""
    key = idempotency_key(request.headers.get("idempotency-key"))
    person = Person(
        name=name_of(wish.name),
        born_on=check_birthday(wish.born_on, parts.clock().astimezone(BERLIN).date()),
        phone=phone_of(wish.phone),
    )
    await check_start(request, parts, key)
    citizen, token = await parts.stores.newcomers.start(person, wish.errand, key)
    parts.tokens.expect(token)
    return Activated(citizen_id=citizen.citizen_id, device_id=citizen.device_id, token=token)


async def check_start(request: Request, parts: Parts, key: str) -> None:
    """Check that somebody may start from this address, and count it; what is sent again is not one more of the day.

    Raises:
        RefusedError: `rate.exceeded`, `newcomer.too_many`.
    """
    address = client_of(request)
    request.state.standing = await parts.rates.hit("newcomer", address)
    if await parts.stores.newcomers.has_started(key):
        return
    counts, digest = parts.stores.counts, parts.links.digest(address)
    await counts.take(parts.rates.most("newcomer"), digest)
    await counts.take(Most("newcomers", parts.limits.newcomers, DAY, "newcomer.too_many"), digest)
