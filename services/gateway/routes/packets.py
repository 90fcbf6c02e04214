"""Packets: papers behind a link that works once, and the supplier's answer to them."""

from datetime import timedelta
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response
from structlog.contextvars import bind_contextvars

from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import AsSupplier, ask_of
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems, sends
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.stored_file import StoredFile
from services.gateway.schemas.answered import ConfirmationKept
from services.gateway.schemas.asked import Confirmation
from shared.events.gateway import PacketConfirmed
from shared.links import PacketLink, Use
from shared.partners import Supplier

router = APIRouter(prefix="/v1/packets/{link}", tags=["packets"])


@router.get("", summary="Download a packet, once", **sends("application/pdf", 410))
async def download(link: str, supplier: AsSupplier, parts: Ready) -> Response:
    """Send the papers; the link is used up when all of them were sent, so a broken download can be repeated."""
    packet = _read(link, "download", parts.windows.download_days, supplier, parts)
    await parts.stores.consents.in_force(packet.consent_id)
    await parts.stores.packets.check_unused(link)
    bind_contextvars(forward_id=packet.forward_id)
    return StoredFile(
        parts,
        packet.object_key,
        sha256=packet.sha256,
        headers={"content-disposition": f'attachment; filename="{packet.forward_id}"'},
        missing=RefusedError("packet.expired"),  # it was swept
        then=partial(parts.stores.packets.mark_used, link, packet),
    )


@router.post(
    "/confirmation",
    status_code=202,
    response_model=ConfirmationKept,
    summary="Confirm a packet, and answer it",
    responses=problems(400, 401, 403, 404, 409, 410, 422),
    openapi_extra=IDEMPOTENT,
)
async def confirm(
    request: Request, link: str, confirmation: Confirmation, supplier: AsSupplier, parts: Ready
) -> Response:
    """Announce what the supplier says it will do."""
    ask = ask_of(request, digest_of(confirmation))
    packet = _read(link, "confirm", parts.windows.confirm_days, supplier, parts)
    fact = PacketConfirmed(
        forward_id=packet.forward_id,
        supplier_id=supplier.id,
        answer=confirmation.answer,
        no_cut_before=confirmation.no_cut_before,
        confirmed_at=parts.clock(),
    )
    return respond(await parts.stores.packets.confirm(ask, fact))


def _read(link: str, use: Use, days: int, supplier: Supplier, parts: Parts) -> PacketLink:
    try:
        packet = parts.links.read(link, use, valid_for=timedelta(days=days))
    except ValueError as error:
        raise RefusedError("packet.expired" if str(error) == "link.expired" else "packet.missing") from error
    if packet.supplier_id != supplier.id:
        raise RefusedError("packet.missing")
    return packet
