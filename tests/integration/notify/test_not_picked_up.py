"""A packet that was sent and that nobody fetches does not lie there for ever."""

import json
from pathlib import Path

import pytest

from deploy.local.stack import LocalStack
from shared.events.notify import AlertRaised, ForwardFailed, ForwardSent
from tests.integration.notify.conftest import corner, working
from tests.integration.notify.quick import QUICK
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import world

pytestmark = pytest.mark.live


async def test_a_packet_nobody_fetches_is_offered_once_more_and_then_a_person_is_told(
    stack: LocalStack, supplier: SupplierServer, tmp_path: Path
) -> None:
    """The second notice has fresh links and an id of its own, so that it does not pass for a repeat."""
    settings = QUICK.model_copy(update={"pick_up_within_h": 1.5 / 3600})
    async with (
        corner(stack.environment, tmp_path) as place,
        working(place, settings) as service,
        world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
    ):
        document = await events.forward(place.add_supplier("--webhook", supplier.url)["id"])
        failed = await events.until(ForwardFailed, document_id=document.document_id)
        alert = await events.until(AlertRaised, about_id=document.document_id, kind="forward_failed")
        assert (failed.reason, alert.reason) == ("not_picked_up", "not_picked_up")
        assert len(events.all(ForwardSent)) == 1
    first, second = (json.loads(body) for _, body in supplier.received)
    assert [first["id"], second["id"]] == supplier.message_ids
    assert first["id"] == failed.forward_id != second["id"]
    assert first["data"]["forward_id"] == second["data"]["forward_id"]
    assert first["data"]["confirm_url"] != second["data"]["confirm_url"]
    assert first["data"]["offered_at"] < first["data"]["due_at"] < second["data"]["due_at"]
