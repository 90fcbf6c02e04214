"""Access: the devices that can get in, a code for one more, and the end of a lost one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import CODE_WORKS, Citizen, Person
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import AnyPerson, let_out
from services.gateway.routes.parts import Parts, Ready
from shared.events.event import Id

router = APIRouter()
PATH = "/devices"


@router.get(PATH)
async def show(request: Request, person: AnyPerson, parts: Ready) -> Response:
    """Show all devices."""
    return await _show(request, person, parts)


@router.post(PATH)
async def invite(request: Request, person: AnyPerson, parts: Ready) -> Response:
    """Show a code for one more device; it is in this answer and nowhere else."""
    request.state.standing = await parts.rates.hit("activation", request.state.principal)
    code = await parts.stores.people.invite_device(person, CODE_WORKS)
    return await _show(request, person, parts, code)


@router.post(PATH + "/{device_id}/revoke")
async def revoke(request: Request, device_id: Id, person: AnyPerson, parts: Ready) -> Response:
    """Let a device in no more; one's own is signed out."""
    await parts.stores.let_go(device_id, person.person_id)
    if device_id != person.device_id:
        return leave_for(request, PATH)
    response = leave_for(request, "/")
    let_out(request, response)
    return response


async def _show(request: Request, person: Person, parts: Parts, code: str | None = None) -> Response:
    devices = await parts.stores.people.devices_of(person.person_id)
    minutes = int(CODE_WORKS.total_seconds() // 60)
    linked = parts.login is not None and await parts.stores.logins.known_to(person.person_id)
    return page(
        request,
        "devices.html",
        devices=devices,
        own=person.device_id,
        code=code,
        minutes=minutes,
        login=parts.login if isinstance(person, Citizen) else None,
        linked=linked,
    )
