"""A consent taken back stops what is still queued."""

import pytest

from shared.events.event import Fact
from shared.events.gateway import ConsentRevoked
from shared.events.notify import AlertRaised, ForwardFailed, ForwardSent
from shared.events.upload import DocumentFiled
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import Document, World, now

pytestmark = pytest.mark.live


async def in_turn(events: World, facts: list[Fact], last: DocumentFiled) -> None:
    """Let facts happen, the last one when the earlier ones have surely been handled."""
    await events.happen(*facts)
    marker = Document()
    await events.happen(marker.consent("nobody"), await events.filed(marker))
    await events.until(ForwardFailed, document_id=marker.document_id)
    await events.happen(last)
    await events.until(AlertRaised, about_id=last.document_id)


@pytest.mark.parametrize("order", [0, 1, 2], ids=["before the consent", "before the document", "while tries go on"])
async def test_a_revoked_consent_sends_nothing_more(
    events: World, supplier: SupplierServer, supplier_id: str, order: int
) -> None:
    """Whenever the revocation comes, no notice goes out after it is known."""
    document, other = Document(), Document()
    consent, filed = document.consent(supplier_id), await events.filed(document)
    supplier.answers.extend([500, 500, 500])
    revoked = ConsentRevoked(consent_id=consent.consent_id, revoked_at=now())
    if order == 2:
        await events.happen(consent, filed)
        await supplier.until(requests=3)
        await events.happen(revoked)
        failed = await events.until(ForwardFailed, document_id=document.document_id)
        assert failed.reason == "consent_revoked"
    else:
        await in_turn(events, [revoked, consent] if order == 0 else [consent, revoked], filed)
    tries = len(supplier.received)
    supplier.answers.clear()
    await events.happen(other.consent(supplier_id), await events.filed(other))
    await events.until(ForwardSent, document_id=other.document_id)
    assert len(supplier.received) == tries + 1
    assert tries == 0 or order == 2
    assert not events.all(ForwardSent, document_id=document.document_id)


async def test_a_consent_revoked_while_its_notice_is_under_way_does_not_count_as_sent(
    events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """The notice cannot be called back, but its link is dead, and the citizen's word stands."""
    document, other = Document(), Document()
    consent = document.consent(supplier_id)

    async def revoke_first() -> int:
        await events.happen(ConsentRevoked(consent_id=consent.consent_id, revoked_at=now()))
        await events.until(ForwardFailed, document_id=document.document_id)
        return 204

    supplier.answers.append(revoke_first)
    await events.happen(consent, await events.filed(document))
    failed = await events.until(ForwardFailed, document_id=document.document_id)
    await events.happen(other.consent(supplier_id), await events.filed(other))
    await events.until(ForwardSent, document_id=other.document_id)
    assert failed.reason == "consent_revoked"
    assert not events.all(ForwardSent, document_id=document.document_id)
    assert len(supplier.received) == 2
