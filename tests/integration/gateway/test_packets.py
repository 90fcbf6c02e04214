"""Packets: once, only for their supplier, only while the consent stands."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from shared.clock import utc_now
from shared.ids import new_id
from shared.links import Links, PacketLink, Use
from shared.partners import Partners, Supplier, hash_token
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key
from tests.waiting import until

pytestmark = pytest.mark.live


@dataclass(frozen=True, slots=True)
class Packet:
    """Papers that lie ready for the supplier `energy`."""

    data: bytes
    link: PacketLink
    links: Links

    def path(self, use: Use = "download") -> str:
        """Return a fresh link's address."""
        return f"/v1/packets/{self.links.sign(self.link, use)}"


@pytest_asyncio.fixture
async def packet(door: Door, phone: Phone, connections: Connections) -> AsyncIterator[Packet]:
    """A packet of 20 MB, so that a broken download is noticed, with the consent it needs."""
    consent_id = (await phone.consent(await phone.document())).raise_for_status().json()["consent_id"]
    data, forward_id = b"%PDF-1.7 " + bytes(20_000_000), new_id()
    object_key = f"packets/{forward_id}.pdf"
    await door.service.objects.put(object_key, data, size_bytes=len(data), media_type="application/pdf")
    link = PacketLink(
        forward_id=forward_id,
        consent_id=consent_id,
        supplier_id="energy",
        object_key=object_key,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    yield Packet(data, link, Links(connections.link_secret))


async def test_packet_is_handed_out_once(door: Door, packet: Packet) -> None:
    """The first complete download is announced and uses the link up."""
    path = packet.path()
    async with door.caller("energy") as supplier:
        first = await supplier.get(path)
        assert (first.status_code, first.content) == (200, packet.data)
        [event] = await door.heard(packet.link.forward_id, "packet.downloaded.v1")
        again = await supplier.get(path)
    assert event["data"]["supplier_id"] == "energy"
    assert (again.status_code, again.json()["code"]) == (410, "packet.used")
    assert len(door.about(packet.link.forward_id, "packet.downloaded.v1")) == 1


async def test_client_that_closes_at_once_used_the_link_up(door: Door, packet: Packet) -> None:
    """A client that closes the connection with the last byte has the packet, and the link is used up."""
    path = packet.path()
    async with door.caller("energy") as supplier:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        lines = [f"GET {path} HTTP/1.1", "Host: gateway", f"Authorization: {supplier.headers['Authorization']}"]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.split()[1] == b"200"
        assert await reader.readexactly(len(packet.data)) == packet.data
        writer.transport.abort()
        assert len(await door.heard(packet.link.forward_id, "packet.downloaded.v1")) == 1
        assert (await supplier.get(path)).json()["code"] == "packet.used"


async def test_looking_does_not_use_the_link_up(door: Door, packet: Packet) -> None:
    """HEAD is refused for a packet, and the link still works."""
    path = packet.path()
    async with door.caller("energy") as supplier:
        looked = await supplier.head(path)
        assert (looked.status_code, looked.headers["allow"]) == (405, "GET")
        assert (await supplier.get(path)).content == packet.data


async def test_broken_download_can_be_repeated(door: Door, packet: Packet) -> None:
    """A download that breaks off leaves the link as it was."""
    path = packet.path()
    async with door.caller("energy") as supplier, supplier.stream("GET", path) as answer:
        assert len(await anext(answer.aiter_bytes(1000))) == 1000
    async with door.caller("energy") as supplier:
        whole = await supplier.get(path)
        assert whole.content == packet.data
        assert len(await door.heard(packet.link.forward_id, "packet.downloaded.v1")) == 1


async def test_only_its_supplier_gets_a_packet(door: Door, packet: Packet) -> None:
    """For another supplier, and by a link that was tampered with, there is no packet."""
    async with door.caller("other_energy") as other:
        assert (await other.get(packet.path())).json()["code"] == "packet.missing"
        assert (await other.post(packet.path("confirm") + "/confirmation", json={}, headers=key())).status_code == 404
    async with door.caller("energy") as supplier:
        forged = packet.path()[:-1] + "!"
        assert (await supplier.get(forged)).json()["code"] == "packet.missing"
        assert (await supplier.get(packet.path("confirm"))).json()["code"] == "packet.missing"


async def test_revoked_consent_closes_the_packet(door: Door, phone: Phone, packet: Packet) -> None:
    """After the citizen took the consent back, nothing is handed out; taking it back is announced once."""
    async with door.caller("energy") as supplier:
        for _ in range(2):
            assert (await phone.delete(f"/v1/consents/{packet.link.consent_id}")).status_code == 204
        answer = await supplier.get(packet.path())
    assert (answer.status_code, answer.json()["code"]) == (410, "consent.revoked")
    await door.heard(packet.link.consent_id, "consent.revoked.v1")
    assert len(door.about(packet.link.consent_id, "consent.revoked.v1")) == 1


async def test_link_is_worthless_after_its_days(packet: Packet, connections: Connections) -> None:
    """A link older than seven days is out of date, and says so."""
    async with Door(connections, download_valid_days=-1) as strict, strict.caller("energy") as supplier:
        answer = await supplier.get(packet.path())
    assert (answer.status_code, answer.json()["code"]) == (410, "packet.expired")


async def test_packet_that_was_swept_is_out_of_date(door: Door, packet: Packet) -> None:
    """A link may be allowed to live longer than its packet: then it says that it is too late."""
    await door.service.objects.remove(packet.link.object_key)
    async with door.caller("energy") as supplier:
        answer = await supplier.get(packet.path())
    assert (answer.status_code, answer.json()["code"]) == (410, "packet.expired")


async def test_confirmation_is_announced_once_per_key(door: Door, packet: Packet) -> None:
    """A supplier's answer is one event, however often it is sent; a second answer is a second event."""
    path, name, until_when = packet.path("confirm") + "/confirmation", new_id(), utc_now() + timedelta(days=30)
    answer = {"answer": "cut_postponed", "no_cut_before": until_when.isoformat()}
    async with door.caller("energy") as supplier:
        first, again = [await supplier.post(path, json=answer, headers=key(name)) for _ in range(2)]
        other = await supplier.post(path, json={"answer": "refused"}, headers=key(name))
    assert (first.status_code, first.text, other.status_code) == (202, again.text, 409)
    [event] = await door.heard(packet.link.forward_id, "packet.confirmed.v1")
    assert (event["data"]["answer"], event["data"]["supplier_id"]) == ("cut_postponed", "energy")


async def test_partner_added_while_running_is_known(door: Door, connections: Connections) -> None:
    """A supplier written to the file can come in without a restart."""
    known = Partners.load(connections.partners)
    new = Supplier(id="newcomer", name="Neu", way="queue", token_sha256=hash_token("newcomer-token"))
    connections.partners.write_text(known.model_copy(update={"suppliers": (*known.suppliers, new)}).model_dump_json())
    async with door.caller("energy") as supplier:
        supplier.headers["Authorization"] = "Bearer newcomer-token"

        async def is_known() -> bool:
            return bool((await supplier.get("/v1/packets/none")).json()["code"] == "packet.missing")

        await until(is_known, seconds=10)
