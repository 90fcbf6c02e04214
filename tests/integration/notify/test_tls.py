"""A webhook connects to an address that was judged, and still asks for the certificate of the name."""

from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from services.notify.client.address import LOOPBACK
from services.notify.client.outside import Outside
from services.notify.client.webhook import Webhooks
from shared.clock import utc_now
from shared.ids import new_id
from tests.integration.notify.supplier_server import SupplierServer


@pytest.mark.parametrize(
    ("certified", "trusted", "outcome"),
    [("localhost", True, "taken"), ("another.example", True, "again"), ("localhost", False, "again")],
    ids=["the right name", "another name", "an unknown authority"],
)
async def test_only_a_trusted_certificate_of_the_name_is_told(
    tmp_path: Path, certified: str, outcome: str, *, trusted: bool
) -> None:
    """A server that only took over the address learns nothing."""
    authority, pem, ca_file = trustme.CA(), tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert(certified).private_key_and_cert_chain_pem.write_to_path(pem)
    authority.cert_pem.write_to_path(ca_file)
    ca = ca_file if trusted else None
    outside = Outside(answer_within_s=5, allowed=LOOPBACK, ca_file=ca)
    webhooks = Webhooks(outside, utc_now)
    async with SupplierServer().serving(pem) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        told = await webhooks.send(url, SecretStr("whsec_" + "a" * 44), message_id=new_id(), body=b"{}")
        assert told.kind == outcome, told
        assert len(server.received) == (1 if outcome == "taken" else 0)
        assert all(headers["host"] == url.split("/")[2] for headers, _ in server.received)
    await outside.close()


async def test_a_connection_is_not_used_for_another_name_at_the_same_address(tmp_path: Path) -> None:
    """Each notice asks for the certificate of its own name, even if a connection to that address stood open."""
    authority, pem, ca_file = trustme.CA(), tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    authority.cert_pem.write_to_path(ca_file)
    outside = Outside(answer_within_s=5, allowed=LOOPBACK, ca_file=ca_file)
    webhooks = Webhooks(outside, utc_now)
    async with SupplierServer().serving(pem) as server:
        told = [
            await webhooks.send(url, SecretStr("whsec_" + "a" * 44), message_id=new_id(), body=b"{}")
            for url in (server.url.replace("127.0.0.1", "localhost"), server.url)
        ]
        assert [outcome.kind for outcome in told] == ["taken", "again"]
        assert len(server.received) == 1
    await outside.close()
