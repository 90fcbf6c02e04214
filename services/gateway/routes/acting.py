"""Acting for somebody: `Acting-For` names the mandate, which is read anew for every request, and must cover it.

A route that does not ask for a scope here cannot be reached for somebody else at all.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Security

from services.gateway.domain.access import Citizen, Person, principal_id
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import DEVICE, Credentials, as_citizen, as_person
from services.gateway.routes.parts import Parts, Ready
from shared.events.event import Id
from shared.events.gateway import MandateScope

HEADER = "Acting-For"
_DESCRIPTION = "The mandate under which this is asked for somebody else (`GET /v1/people`); without it, for oneself."
ActingFor = Annotated[Id | None, Header(alias=HEADER, description=_DESCRIPTION)]


async def act_for(
    request: Request, parts: Parts, person: Person, mandate_id: str, scopes: tuple[MandateScope, ...]
) -> Citizen:
    """Return the citizen for whom somebody acts, if the mandate is in force and covers one of `scopes`.

    Raises:
        RefusedError: `mandate.missing`, `mandate.revoked`, `mandate.ended`, `mandate.not_covered`.
    """
    mandate = await parts.stores.mandates.in_force(mandate_id, *person.helper_ids)
    citizen = mandate.citizen_through(person.device_id)
    request.state.principal = principal_id(citizen)
    request.state.acting = citizen.acting
    if not set(scopes) & set(mandate.scopes):
        raise RefusedError("mandate.not_covered")
    return citizen


def _may(*scopes: MandateScope) -> Callable[..., Awaitable[Citizen]]:
    async def allowed(
        request: Request,
        parts: Ready,
        credentials: Annotated[Credentials, Security(DEVICE)],
        acting_for: ActingFor = None,
    ) -> Citizen:
        if acting_for is None:
            return await as_citizen(request, parts, credentials)
        person = await as_person(request, parts, credentials)
        return await act_for(request, parts, person, acting_for, scopes)

    return allowed


MayUpload = Annotated[Citizen, Depends(_may("upload"))]
MayRead = Annotated[Citizen, Depends(_may("read"))]
MaySee = Annotated[Citizen, Depends(_may("read", "upload"))]
"""Who may not read sees what they handed in themselves: the store goes by `Citizen.reach`."""
MayArrange = Annotated[Citizen, Depends(_may("appointments"))]
