"""Access: the devices that can get in, a code for one more, and the end of a lost one."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Visitor, let_out
from services.gateway.routes.parts import Parts, Ready
from shared.events.event import Id

router = APIRouter()
PATH = "/devices"
CODE_WORKS = timedelta(minutes=15)


@router.get(PATH)
async def show(request: Request, citizen: Visitor, parts: Ready) -> Response:
    """Show all devices."""
    return await _show(request, citizen, parts)


@router.post(PATH)
async def invite(request: Request, citizen: Visitor, parts: Ready) -> Response:
    """Show a code for one more device; it is in this answer and nowhere else."""
    request.state.standing = await parts.rates.hit("activation", request.state.principal)
    code = await parts.stores.people.invite_device(citizen.citizen_id, CODE_WORKS)
    return await _show(request, citizen, parts, code)


@router.post(PATH + "/{device_id}/revoke")
async def revoke(request: Request, device_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """Let a device in no more; one's own is signed out."""
    await parts.stores.people.revoke(device_id, citizen.citizen_id)
    await parts.stores.channels.end_of_device(device_id, citizen.citizen_id)
    if device_id != citizen.device_id:
        return leave_for(request, PATH)
    response = leave_for(request, "/")
    let_out(request, response)
    return response


async def _show(request: Request, citizen: Citizen, parts: Parts, code: str | None = None) -> Response:
    devices = await parts.stores.people.devices_of(citizen.citizen_id)
    minutes = int(CODE_WORKS.total_seconds() // 60)
    return page(request, "devices.html", devices=devices, own=citizen.device_id, code=code, minutes=minutes)
