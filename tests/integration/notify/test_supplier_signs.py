"""What a supplier does with a packet counts, whatever we believed before."""

import json

import pytest

from shared.events.gateway import PacketConfirmed, PacketDownloaded
from shared.events.notify import ForwardAcknowledged, ForwardPickedUp, ForwardSent
from tests.integration.notify.conftest import Patient
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import World, now

pytestmark = pytest.mark.live


async def test_a_download_and_a_confirmation_advance_the_forward(
    events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """What the supplier does becomes facts for the citizen's timeline, its answer included."""
    document = await events.forward(supplier_id)
    forward_id = (await events.until(ForwardSent, document_id=document.document_id)).forward_id
    await events.happen(PacketDownloaded(forward_id=forward_id, supplier_id=supplier_id, downloaded_at=now()))
    await events.until(ForwardPickedUp, forward_id=forward_id)
    confirmed = PacketConfirmed(
        forward_id=forward_id, supplier_id=supplier_id, answer="cut_postponed", confirmed_at=now()
    )
    await events.happen(confirmed, confirmed)
    assert (await events.until(ForwardAcknowledged, forward_id=forward_id)).answer == "cut_postponed"
    assert len(supplier.received) == 1


async def test_a_confirmation_before_our_own_record_ends_the_tries(patient: Patient, supplier: SupplierServer) -> None:
    """A supplier that fetched and confirmed but answered 500 has the papers: it is not told again."""
    events, supplier_id = patient.events, patient.place.add_supplier("--webhook", supplier.url)["id"]
    supplier.answers.append(500)
    await events.forward(supplier_id)
    await supplier.until(requests=1)
    forward_id = json.loads(supplier.received[0][1])["subject"]
    await events.happen(PacketConfirmed(forward_id=forward_id, supplier_id=supplier_id, confirmed_at=now()))
    await events.until(ForwardAcknowledged, forward_id=forward_id)
    assert (await events.until(ForwardSent, forward_id=forward_id)).attempt == 1
    assert (await patient.forward())["due_at"] is None
