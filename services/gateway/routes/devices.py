"""Devices: which can get in, a code for one more, and the end of a lost one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.gateway.domain.access import CODE_WORKS, Ask, Person
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import AsPerson, ask_of
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.devices import CodeKept, DeviceCode, DeviceList, DeviceShown
from services.gateway.store.codes import derived_code
from shared.events.event import Id

router = APIRouter(tags=["devices"])
PATH = "/v1/devices"


async def as_oneself(request: Request, person: AsPerson) -> Person:
    """Let the device of a citizen or a helper in, for its owner alone.

    Raises:
        RefusedError: `mandate.not_covered`: nobody lets anybody else's devices in.
    """
    if "acting-for" in request.headers:
        raise RefusedError("mandate.not_covered")
    return person


AsOneself = Annotated[Person, Depends(as_oneself)]


@router.get(PATH, summary="My devices", responses=problems(401, 403))
async def show_all(person: AsOneself, parts: Ready) -> DeviceList:
    """Show all devices that can get in."""
    found = await parts.stores.people.devices_of(person.person_id)
    return DeviceList(items=tuple(DeviceShown.of(device, person) for device in found))


@router.post(
    PATH + "/codes",
    status_code=201,
    summary="A code for another device",
    responses=problems(400, 401, 403, 409),
    openapi_extra=IDEMPOTENT,
)
async def invite(request: Request, person: AsOneself, parts: Ready) -> DeviceCode:
    """Make a code for `POST /v1/activations`: it works once, for 15 minutes, and is kept as a hash only."""
    ask = ask_of(request, digest="")
    request.state.standing = await parts.rates.hit("activation", request.state.principal)
    code = code_of(ask, parts)
    answer = await parts.stores.device_codes.invite(ask, person, code, CODE_WORKS)
    url = f"{parts.stores.receipts.public_url}/#{code}"
    return DeviceCode(code=code, url=url, **CodeKept.model_validate(answer.body).model_dump())


@router.delete(
    PATH + "/{device_id}",
    status_code=204,
    summary="Let a device in no more",
    responses=problems(401, 403, 404),
)
async def revoke(device_id: Id, person: AsOneself, parts: Ready) -> None:
    """End a device's access, and what its browser is told; the one that asks may end its own."""
    await parts.stores.let_go(device_id, person.person_id)


def code_of(ask: Ask, parts: Parts) -> str:
    """Return the code that a request leads to; repeated, it is the same, and so it need not be kept."""
    return derived_code(parts.links.digest(f"device code {ask.id}"))
