"""The partners' examples work as they stand: each receives one real thing and ends."""

import asyncio
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from deploy.local.ports import free_port
from shared.ids import new_id
from tests import loopback
from tests.e2e.citizen import Citizen
from tests.e2e.system import ROOT, System
from tests.waiting import until

pytestmark = pytest.mark.live


@contextmanager
def example(module: str, environment: Mapping[str, str], *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run an example."""
    command = [sys.executable, "-m", f"examples.{module}", *options]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def line_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what an example printed, after it ended well."""
    printed, _ = await asyncio.to_thread(process.communicate, timeout=120)
    assert process.returncode == 0, printed
    return dict(json.loads(printed))


async def alert_about(document_id: str, desk: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what the tool printed about a document; it may hear of those that were handed in before, too."""

    def first() -> dict[str, Any]:
        alerts = (json.loads(line) for line in desk.stdout or ())
        return next(alert for alert in alerts if alert["about_id"] == document_id)

    return await asyncio.to_thread(first)


def add(system: System, *words: str) -> dict[str, str]:
    """Add a partner as an operator does."""
    done = system.run("services", "partners", *words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


async def listening(port: int) -> None:
    """Wait until something answers on a port."""

    async def answers() -> bool:
        async with loopback.client() as http:
            try:
                await http.get(f"http://127.0.0.1:{port}/")
            except httpx.TransportError:
                return False
        return True

    await until(answers, what=lambda: f"port {port}")


async def consent(citizen: Citizen, receipt: dict[str, Any], supplier_id: str) -> None:
    """Let the citizen allow the pages to go to a supplier."""
    version = (await citizen.http.get("/v1/consent-texts/power_cut")).raise_for_status().json()["text_version"]
    pages = [page["page_id"] for page in receipt["pages"]]
    wish = {"supplier_id": supplier_id, "purpose": "power_cut", "page_ids": pages, "text_version": version}
    key = {"Idempotency-Key": new_id()}
    (
        await citizen.http.post(f"/v1/documents/{receipt['document_id']}/consents", json=wish, headers=key)
    ).raise_for_status()


async def acknowledged(citizen: Citizen, document_id: str, supplier_id: str) -> None:
    """Wait until the citizen sees that a supplier has confirmed."""
    forwards: list[dict[str, Any]] = []

    async def is_acknowledged() -> bool:
        nonlocal forwards
        forwards = (await citizen.http.get(f"/v1/documents/{document_id}")).json()["forwards"]
        return any(f["supplier_id"] == supplier_id and f["state"] == "acknowledged" for f in forwards)

    await until(is_acknowledged, what=lambda: json.dumps(forwards))


async def test_tool_and_suppliers_receive_what_a_citizen_handed_in(system: System, photo: Path, tmp_path: Path) -> None:
    """The tool reads the document it was alerted about; both suppliers fetch, check and confirm their packets."""
    port, name = free_port(), new_id()[-12:]
    tool = add(system, "add-tool", f"tool{name}", "--team", "power_cut")
    hooked = add(system, "add-supplier", f"h{name}", "--name", "H", "--webhook", f"http://127.0.0.1:{port}/")
    queued = add(system, "add-supplier", f"q{name}", "--name", "Q", "--queue")
    citizen = await Citizen.activated(system.gateway_url, system.new_code(), photo)
    tools = {"AMTSBOTE_TOOL_URL": tool["amqp_url"], "AMTSBOTE_TOOL_TOKEN": tool["token"]}
    secret, token = hooked["webhook_secret"], hooked["token"]
    hook = {"AMTSBOTE_SUPPLIER_SECRET": secret, "AMTSBOTE_SUPPLIER_TOKEN": token, "AMTSBOTE_SUPPLIER_PORT": str(port)}
    queue = {"AMTSBOTE_SUPPLIER_URL": queued["amqp_url"], "AMTSBOTE_SUPPLIER_TOKEN": queued["token"]}
    supplying = system.environment | {"AMTSBOTE_SUPPLIER_FOLDER": str(tmp_path)}
    with (
        example("caseworker_tool", system.environment | tools) as desk,
        example("supplier", supplying | hook, "--once") as by_webhook,
        example("supplier_queue", supplying | queue, "--once") as by_queue,
    ):
        receipt = await citizen.hand_in()
        document_id = receipt["document_id"]
        alert = await alert_about(document_id, desk)
        assert alert["kind"] == "power_cut"
        assert alert["text"]
        assert alert["pdf_bytes"]
        await listening(port)
        for supplier in (hooked, queued):
            await consent(citizen, receipt, supplier["id"])
        for packet in (await line_of(by_webhook), await line_of(by_queue)):
            assert packet["sha256_ok"]
            assert (tmp_path / f"{packet['forward_id']}-0.pdf").stat().st_size == packet["size_bytes"]
    for supplier in (hooked, queued):
        await acknowledged(citizen, document_id, supplier["id"])


async def test_the_example_supplier_refuses_what_it_cannot_verify(system: System, tmp_path: Path) -> None:
    """A notice with a tampered body, another secret or an old date is answered 401 and fetches nothing."""
    port, secret = free_port(), "whsec_" + b64encode(b"k" * 32).decode()
    own = {"AMTSBOTE_SUPPLIER_SECRET": secret, "AMTSBOTE_SUPPLIER_TOKEN": "t", "AMTSBOTE_SUPPLIER_PORT": str(port)}
    own |= {"AMTSBOTE_SUPPLIER_FOLDER": str(tmp_path)}
    body = b'{"data":{"forward_id":"f","files":[],"confirm_url":"http://127.0.0.1:9/"}}'
    now = datetime.now(UTC)

    def headers(body: bytes, secret: str = secret, at: datetime = now) -> dict[str, str]:
        signature = Webhook(secret).sign("m", at, body.decode())
        return {"webhook-id": "m", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}

    another = "whsec_" + b64encode(b"x" * 32).decode()
    forged = [headers(body + b" "), headers(body, another), headers(body, at=now.replace(year=2020)), {}]
    with example("supplier", system.environment | own):
        await listening(port)
        async with loopback.client(base_url=f"http://127.0.0.1:{port}") as http:
            statuses = [(await http.post("/", content=body, headers=each)).status_code for each in forged]
    assert statuses == [401, 401, 401, 401]
    assert not list(tmp_path.iterdir())
