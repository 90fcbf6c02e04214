"""A consent taken back stops what is still queued."""

import pytest

from shared.events.event import Fact
from shared.events.gateway import ConsentRevoked
from shared.events.notify import AlertRaised, ForwardFailed, ForwardQueued, ForwardSent
from shared.events.upload import DocumentFiled
from tests.integration.notify.conftest import Patient
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import Document, World, now
from tests.waiting import until

pytestmark = pytest.mark.live


async def in_turn(events: World, facts: list[Fact], last: DocumentFiled) -> None:
    """Let facts happen, the last one when the earlier ones have surely been handled."""
    await events.happen(*facts)
    marker = Document()
    await events.happen(marker.consent("nobody"), await events.filed(marker))
    await events.until(ForwardFailed, document_id=marker.document_id)
    await events.happen(last)
    await events.until(AlertRaised, about_id=last.document_id)


@pytest.mark.parametrize("order", ["before the consent", "before the document"])
async def test_a_consent_revoked_before_its_forward_sends_nothing(
    events: World, supplier: SupplierServer, supplier_id: str, order: str
) -> None:
    """Whatever comes first, a consent that was taken back is worth nothing."""
    document, other = Document(), Document()
    consent, filed = document.consent(supplier_id), await events.filed(document)
    revoked = ConsentRevoked(consent_id=consent.consent_id, revoked_at=now())
    await in_turn(events, [revoked, consent] if order == "before the consent" else [consent, revoked], filed)
    await events.happen(other.consent(supplier_id), await events.filed(other))
    await events.until(ForwardSent, document_id=other.document_id)
    assert len(supplier.received) == 1
    assert not events.all(ForwardQueued, document_id=document.document_id)


async def test_a_consent_revoked_between_two_tries_ends_them(patient: Patient, supplier: SupplierServer) -> None:
    """The forward has failed for the citizen's reason, a person is told, and no further try is due."""
    place, events, document = patient.place, patient.events, Document()
    consent = document.consent(place.add_supplier("--webhook", supplier.url)["id"])
    supplier.answers.append(500)
    await events.happen(consent, await events.filed(document))

    async def postponed() -> bool:
        return (await patient.forward()).get("reason") == "http_500"

    await until(postponed)
    await events.happen(ConsentRevoked(consent_id=consent.consent_id, revoked_at=now()))
    failed = await events.until(ForwardFailed, document_id=document.document_id)
    alert = await events.until(AlertRaised, about_id=document.document_id, kind="forward_failed")
    assert (failed.reason, alert.reason) == ("consent_revoked", "consent_revoked")
    assert (await patient.forward())["due_at"] is None


async def test_a_consent_revoked_while_its_notice_is_under_way_does_not_count_as_sent(
    patient: Patient, supplier: SupplierServer
) -> None:
    """The notice cannot be called back, but its link is dead, and the citizen's word stands."""
    place, events, document = patient.place, patient.events, Document()
    consent = document.consent(place.add_supplier("--webhook", supplier.url)["id"])
    revoked_version = 0

    async def revoke_first() -> int:
        nonlocal revoked_version
        await events.happen(ConsentRevoked(consent_id=consent.consent_id, revoked_at=now()))
        await events.until(ForwardFailed, document_id=document.document_id)
        revoked_version = (await patient.forward())["version"]
        return 204

    async def outcome_kept() -> bool:
        return bool(revoked_version and (await patient.forward())["version"] > revoked_version)

    supplier.answers.append(revoke_first)
    await events.happen(consent, await events.filed(document))
    await until(outcome_kept)
    forward = await patient.forward()
    assert (forward["state"], forward["reason"], forward["sent_at"]) == ("failed", "consent_revoked", None)
    assert not events.all(ForwardSent)
