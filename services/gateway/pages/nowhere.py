"""Every other address: nothing is there, said with the tabs and the way back of whoever asks."""

from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.acting import mandate_of
from services.gateway.pages.visitor import AnyHolder
from services.gateway.routes.acting import act_for
from services.gateway.routes.parts import Ready
from shared.events.gateway import MandateScope

router = APIRouter()


@router.api_route("/{path:path}", methods=["GET"])
async def show(request: Request, holder: AnyHolder, parts: Ready) -> Response:
    """Say that nothing is here; who acts for somebody goes on acting for them.

    Raises:
        RefusedError: `route.missing`; or the mandate that the address names is not in force.
    """
    if holder and (mandate_id := mandate_of(request)):
        await act_for(request, parts, holder, mandate_id, get_args(MandateScope))
    raise RefusedError("route.missing")
