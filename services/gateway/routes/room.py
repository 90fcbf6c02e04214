"""Room for an upload: asked for before its bytes come, by what its headers say."""

from contextlib import AbstractAsyncContextManager

from fastapi import Request

from services.gateway.domain.access import Citizen
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts


def room_for(
    request: Request, citizen: Citizen, parts: Parts, key: str, size_bytes: int | None = None
) -> AbstractAsyncContextManager[None]:
    """Keep room for a file; without a length it counts as the largest.

    Args:
        request: what brings it.
        citizen: whose it will be.
        parts: what the routes work with.
        key: the request's own, by which it is known again.
        size_bytes: its size, if the body is not all of it.

    Raises:
        RefusedError: `upload.quota`, `upload.quota_today`.
    """
    declared = request.headers.get("content-length", "")
    size = min(int(declared), parts.limits.file_bytes) if declared.isdecimal() else parts.limits.file_bytes
    address = parts.links.digest(client_of(request))
    ask_id = f"{request.state.principal} {key}"
    size = size if size_bytes is None else size_bytes
    stranger = request.state.stranger
    return parts.stores.quota.room(citizen.citizen_id, address, size, ask_id, stranger=stranger)
