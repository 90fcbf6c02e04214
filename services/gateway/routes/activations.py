"""Activation: a code from the job centre becomes a device's access."""

from fastapi import APIRouter, Request

from services.gateway.routes.documented import problems
from services.gateway.routes.guesses import guess
from services.gateway.routes.parts import Ready
from services.gateway.schemas.answered import Activated
from services.gateway.schemas.asked import Activation

router = APIRouter(tags=["activation"])


@router.post("/v1/activations", status_code=201, summary="Activate a device with a code", responses=problems(400, 422))
async def activate(request: Request, activation: Activation, parts: Ready) -> Activated:
    """Use up a code; the token is in this answer and nowhere else."""
    async with guess(request, parts):
        person, token = await parts.stores.people.activate(activation.code)
    parts.tokens.expect(token)
    return Activated(citizen_id=person.person_id, device_id=person.device_id, token=token)
