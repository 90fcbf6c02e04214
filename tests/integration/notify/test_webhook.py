"""A notice reaches a supplier's server once in effect, whatever that server does, or a person is told."""

import asyncio

import pytest

from shared.events.notify import AlertRaised, ForwardFailed, ForwardSent
from tests.integration.notify.conftest import Place
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import World

pytestmark = pytest.mark.live


async def never() -> int:
    """Answer only after the other side has given up."""
    await asyncio.Event().wait()
    return 204


@pytest.mark.parametrize("answers", [[500, 503], [429, 408], [404]], ids=str)
async def test_a_supplier_that_heals_gets_the_packet_once_in_effect(
    events: World, supplier: SupplierServer, supplier_id: str, answers: list[int]
) -> None:
    """Every try carries the same webhook-id, and the packet counts as sent at the try that was taken."""
    supplier.answers.extend(answers)
    document = await events.forward(supplier_id)
    sent = await events.until(ForwardSent, document_id=document.document_id)
    assert (sent.attempt, sent.way) == (len(answers) + 1, "webhook")
    assert supplier.message_ids == [sent.forward_id] * (len(answers) + 1)


async def test_a_silent_supplier_is_tried_again(events: World, supplier: SupplierServer, supplier_id: str) -> None:
    """A server that takes the notice and says nothing costs one try, not the packet."""
    supplier.answers.append(never)
    document = await events.forward(supplier_id)
    assert (await events.until(ForwardSent, document_id=document.document_id)).attempt == 2


async def test_a_silent_supplier_does_not_hold_up_others(events: World, place: Place, supplier: SupplierServer) -> None:
    """While one supplier's server says nothing, another one's packet goes out at its first try."""
    async with SupplierServer().serving() as silent:
        silent.answers.append(never)
        await events.forward(place.add_supplier("--webhook", silent.url)["id"])
        await silent.until(requests=1)
        document = await events.forward(place.add_supplier("--webhook", supplier.url)["id"])
        assert (await events.until(ForwardSent, document_id=document.document_id)).attempt == 1


@pytest.mark.parametrize(
    ("answer", "tries"),
    [(500, 4), (400, 2), (307, 2), (410, 1)],
    ids=["ill for good", "refuses", "redirects", "gone"],
)
async def test_a_supplier_that_cannot_be_told_alerts_a_person(
    events: World, supplier: SupplierServer, supplier_id: str, answer: int, tries: int
) -> None:
    """After the last try the forward has failed, and the team of its purpose is asked to look at the document."""
    supplier.answers.extend([answer] * 9)
    document = await events.forward(supplier_id)
    failed = await events.until(ForwardFailed, document_id=document.document_id)
    alert = await events.until(AlertRaised, about_id=document.document_id, kind="forward_failed")
    assert (failed.reason, alert.reason, alert.team) == (f"http_{answer}", failed.reason, "power_cut")
    assert len(supplier.received) == tries


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/", "connection_failed"),
        ("https://10.1.2.3/", "address_refused"),
        ("http://169.254.169.254/latest/meta-data", "address_refused"),
        ("http://[::1]:9/", "address_refused"),
        ("https://no-such-name.invalid/", "connection_failed"),
    ],
)
async def test_an_address_that_cannot_or_may_not_be_reached_alerts_a_person(
    events: World, place: Place, url: str, reason: str
) -> None:
    """Nothing is sent to networks that the operator has not allowed."""
    document = await events.forward(place.add_supplier("--webhook", url)["id"])
    assert (await events.until(ForwardFailed, document_id=document.document_id)).reason == reason
