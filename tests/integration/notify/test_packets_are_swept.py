"""A packet is a copy of a citizen's papers: it stays no longer than somebody may fetch it."""

from datetime import timedelta

import pytest

from services.notify.domain.packet import key_of
from services.notify.handlers.sweeping import KEPT, sweep
from services.notify.store.forwards import Forwards
from shared.errors import PermanentError
from shared.events.gateway import ConsentRevoked
from shared.events.notify import ForwardSent
from shared.service import Service
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import Document, World, now
from tests.waiting import until

pytestmark = pytest.mark.live


async def sent_packet(events: World, supplier_id: str) -> tuple[str, str]:
    """Send a packet; return the ids of its consent and its forward."""
    document = Document()
    consent = document.consent(supplier_id)
    await events.happen(consent, await events.filed(document))
    sent = await events.until(ForwardSent, document_id=document.document_id)
    return consent.consent_id, sent.forward_id


async def is_kept(events: World, forward_id: str) -> bool:
    """Tell whether a packet is in the object store."""
    try:
        return bool(await events.objects.get(key_of(forward_id)))
    except PermanentError:
        return False


async def test_packet_goes_with_its_consent_or_its_age(
    notify: Service, events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """A consent that is taken back takes the packet along; others stay until every link has died."""
    del supplier
    forwards = Forwards(notify.database)
    revoked, gone = await sent_packet(events, supplier_id)
    _, stays = await sent_packet(events, supplier_id)
    await events.happen(ConsentRevoked(consent_id=revoked, revoked_at=now()))
    await until(forwards.revoked)
    every = timedelta(minutes=10)
    await sweep(events.objects, forwards, lambda: now() + KEPT - timedelta(hours=1), every)
    assert (await is_kept(events, gone), await is_kept(events, stays)) == (False, True)
    assert await forwards.revoked() == []
    await sweep(events.objects, forwards, lambda: now() + KEPT + timedelta(minutes=1), every)
    assert not await is_kept(events, stays)
