"""A packet is offered once consent and document are both known, with exactly the consented pages."""

import asyncio
import io
import json
from datetime import timedelta

import pikepdf
import pytest
from standardwebhooks import Webhook

from shared.events.notify import AlertRaised, ForwardFailed, ForwardQueued, ForwardSent, PacketOffered
from shared.events.upload import DocumentFailed
from shared.ids import new_id
from shared.links import Links, PacketLink
from shared.service import Service
from tests.integration.notify.conftest import Place
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import Document, World, now

pytestmark = pytest.mark.live


def link_in(url: str, place: Place, use: str) -> PacketLink:
    """Return what a notice's link stands for, read as the gateway reads it."""
    text = url.removeprefix("https://amtsbote.example/v1/packets/").removesuffix("/confirmation")
    secret = Links(place.connections().link_secret)
    return secret.read(text, "download" if use == "download" else "confirm", valid_for=timedelta(minutes=1))


def pages_of(pdf: bytes) -> list[str]:
    """Return the ids that the pages of a test's PDF show."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [page.Contents.read_bytes().decode().partition("(")[2].partition(")")[0] for page in opened.pages]


@pytest.mark.parametrize("consent_first", [True, False], ids=["consent first", "document first"])
async def test_consent_and_document_in_either_order_make_one_packet(
    events: World, place: Place, supplier: SupplierServer, notify: Service, *, consent_first: bool
) -> None:
    """Exactly the ticked pages are offered once, signed, with links that the gateway accepts."""
    shown, document = place.add_supplier("--webhook", supplier.url), Document()
    first, _, third = document.page_ids
    both = (document.consent(shown["id"], (third, first)), await events.filed(document))
    await events.happen(*(both if consent_first else reversed(both)))
    sent = await events.until(ForwardSent, document_id=document.document_id)
    headers, body = supplier.received[0]
    Webhook(shown["webhook_secret"]).verify(body, headers)
    offer = PacketOffered.model_validate(json.loads(body)["data"])
    link = link_in(offer.files[0].url, place, "download")
    assert link == link_in(offer.confirm_url, place, "confirm")
    assert (link.forward_id, link.supplier_id, link.sha256) == (sent.forward_id, shown["id"], offer.files[0].sha256)
    packet = await notify.objects.get(link.object_key, sha256=link.sha256)
    assert (pages_of(packet), len(packet)) == ([first, third], offer.files[0].size_bytes)
    assert len(events.all(ForwardQueued, document_id=document.document_id)) == len(supplier.received) == 1


async def test_consent_and_document_at_the_same_moment_make_one_packet(
    events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """Of ten pairs announced at once, each becomes one forward."""
    documents = [Document() for _ in range(10)]
    facts = [fact for each in documents for fact in (each.consent(supplier_id), await events.filed(each))]
    await asyncio.gather(*(events.happen(fact) for fact in facts))
    await events.until_true(lambda: len(events.all(ForwardSent, supplier_id=supplier_id)) >= len(documents))
    queued = [fact.document_id for fact in events.all(ForwardQueued, supplier_id=supplier_id)]
    assert sorted(queued) == sorted(each.document_id for each in documents)
    assert len(set(supplier.message_ids)) == len(supplier.message_ids) == len(documents)


async def test_a_consent_to_papers_that_are_not_filed_anew_yet_waits_for_them(events: World, supplier_id: str) -> None:
    """Who takes a page again and agrees at once is not failed: the supplier gets the new papers when they are there."""
    document, again = Document(), new_id()
    first, second, third = document.page_ids
    consent = document.consent(supplier_id, (first, again)).model_copy(update={"version": 2})
    await events.happen(await events.filed(document), consent)
    # Handled after the consent, on the same queue.
    await events.until(ForwardSent, document_id=(await events.forward(supplier_id)).document_id)
    assert not events.all(ForwardFailed, document_id=document.document_id)
    changes = {"page_ids": (first, second, again), "version": 2, "replaced_page_ids": (third,)}
    await events.happen(await events.filed(document, **changes))
    assert await events.until(ForwardSent, document_id=document.document_id)


async def test_an_unknown_supplier_alerts_a_person(events: World) -> None:
    """A consent for a supplier that is no partner fails at once; nothing loops."""
    document = await events.forward("nobody")
    failed = await events.until(ForwardFailed, document_id=document.document_id)
    assert failed.reason == "supplier_unknown"
    await events.until(AlertRaised, about_id=document.document_id, kind="forward_failed")


async def test_an_unreadable_page_alerts_a_person_and_sends_nothing(
    events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """A consented page that is not in the filed PDF is never silently left out."""
    document = Document()
    first, second, third = document.page_ids
    filed = await events.filed(document, page_ids=(first, third), unreadable_page_ids=(second,))
    await events.happen(filed, document.consent(supplier_id))
    assert (await events.until(ForwardFailed, document_id=document.document_id)).reason == "page_unreadable"
    assert not supplier.received


async def test_papers_that_were_altered_alert_a_person_and_are_not_sent(
    events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """A packet is cut only from the bytes that were filed."""
    document = Document()
    filed = (await events.filed(document)).model_copy(update={"pdf_sha256": "0" * 64})
    await events.happen(filed, document.consent(supplier_id))
    assert (await events.until(ForwardFailed, document_id=document.document_id)).reason == "object.altered"
    assert not supplier.received


async def test_a_document_without_readable_pages_fails_its_forward(events: World, supplier_id: str) -> None:
    """A citizen who consented hears that nothing could be sent."""
    document = Document()
    failed = DocumentFailed(
        document_id=document.document_id,
        citizen_id=document.citizen_id,
        reason="page.undecodable",
        failed_at=now(),
    )
    await events.happen(document.consent(supplier_id), failed)
    assert (await events.until(ForwardFailed, document_id=document.document_id)).reason == "document_failed"


async def test_a_packet_is_not_changed_by_a_page_that_is_replaced_later(
    events: World, place: Place, supplier: SupplierServer, notify: Service
) -> None:
    """What was consented to was the old picture: the supplier keeps it, and gets the new one by a new consent."""
    shown, document = place.add_supplier("--webhook", supplier.url), Document()
    first, second, third = document.page_ids
    await events.happen(document.consent(shown["id"]), await events.filed(document))
    sent = await events.until(ForwardSent, document_id=document.document_id)
    link = link_in(
        PacketOffered.model_validate(json.loads(supplier.received[0][1])["data"]).files[0].url, place, "download"
    )
    before = await notify.objects.get(link.object_key, sha256=link.sha256)
    again = new_id()
    changes = {"page_ids": (first, second, again), "version": 2, "replaced_page_ids": (third,)}
    await events.happen(await events.filed(document, **changes), document.consent(shown["id"], (again,)))
    await events.until_true(lambda: len(events.all(ForwardSent, document_id=document.document_id)) > 1)
    assert await notify.objects.get(link.object_key, sha256=link.sha256) == before
    assert pages_of(before) == [first, second, third]
    both = events.all(ForwardSent, document_id=document.document_id)
    assert sent.forward_id in {fact.forward_id for fact in both}
    offers = [PacketOffered.model_validate(json.loads(body)["data"]) for _, body in supplier.received]
    new = link_in(offers[-1].files[0].url, place, "download")
    assert pages_of(await notify.objects.get(new.object_key, sha256=new.sha256)) == [again]


async def test_the_highest_version_counts_when_an_older_one_comes_later(
    events: World, supplier: SupplierServer, supplier_id: str
) -> None:
    """A consent to a page that was replaced is not carried out, whichever version was filed last."""
    document = Document()
    first, second, third = document.page_ids
    again = new_id()
    changes = {"page_ids": (first, second, again), "version": 2, "replaced_page_ids": (third,)}
    newest = await events.filed(document, **changes)
    consented = document.consent(supplier_id, (first, again))
    await events.happen(
        newest, await events.filed(document), newest, document.consent(supplier_id, (third,)), consented
    )
    failed = await events.until(ForwardFailed, document_id=document.document_id)
    assert failed.reason == "page_replaced"
    await events.until(ForwardSent, document_id=document.document_id)
    assert len(events.all(ForwardFailed, document_id=document.document_id)) == 1
