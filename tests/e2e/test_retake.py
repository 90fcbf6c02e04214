"""One page of a filed document is taken again, on the real stack, while its events are repeated and out of order."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
import pikepdf
import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.ids import new_id
from tests.e2e.citizen import Citizen
from tests.e2e.system import System
from tests.waiting import until

pytestmark = pytest.mark.live


class Echo:
    """Hears every event of a document, and says it again."""

    def __init__(self, exchange: aio_pika.abc.AbstractExchange) -> None:
        """Begin with nothing heard."""
        self.heard: list[dict[str, Any]] = []
        self._exchange = exchange

    async def hear(self, message: AbstractIncomingMessage) -> None:
        """Keep an event."""
        async with message.process():
            self.heard.append(json.loads(message.body))

    def of(self, document_id: str, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind about a document."""
        return [e for e in self.heard if e["subject"] == document_id and e["type"] == f"de.amtsbote.{kind}"]

    async def repeat(self, event: dict[str, Any], **changes: Any) -> None:
        """Publish an event once more; under another id nobody knows that it is a copy."""
        body = json.dumps(event | changes).encode()
        await self._exchange.publish(aio_pika.Message(body), routing_key=event["type"].removeprefix("de.amtsbote."))


@asynccontextmanager
async def echo(system: System) -> AsyncIterator[Echo]:
    """Listen to the system's events."""
    async with await aio_pika.connect(system.environment["AMTSBOTE_RABBIT_URL"]) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("amtsbote")
        listening, queue = Echo(exchange), await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, routing_key="document.#")
        await queue.consume(listening.hear)
        yield listening


async def _document(citizen: Citizen, pages: int) -> dict[str, Any]:
    """Hand in a document; return its receipt."""
    wish = {"page_ids": [await _page(citizen) for _ in range(pages)]}
    answer = await citizen.http.post("/v1/documents", json=wish, headers={"Idempotency-Key": new_id()})
    return dict(answer.raise_for_status().json())


async def _page(citizen: Citizen) -> str:
    files = {"file": ("page.jpg", citizen.photo)}
    answer = await citizen.http.post("/v1/pages", files=files, headers={"Idempotency-Key": new_id()})
    return str(answer.raise_for_status().json()["page_id"])


async def _shown(citizen: Citizen, document_id: str) -> dict[str, Any]:
    return dict((await citizen.http.get(f"/v1/documents/{document_id}")).raise_for_status().json())


async def _filed(citizen: Citizen, document_id: str, version: int) -> None:
    """Wait until a version is what the citizen sees."""
    shown: dict[str, Any] = {}

    async def is_so() -> bool:
        nonlocal shown
        shown = await _shown(citizen, document_id)
        return bool(shown["state"] == "filed" and shown["filed_version"] == version)

    await until(is_so, seconds=180, what=lambda: f"version {version} filed; it is {shown}")


async def test_a_page_taken_again_keeps_number_and_date_and_stays_in_its_place(system: System, photo: Path) -> None:
    """Filed, replaced, filed anew: number and first date stay, and old events said again change nothing."""
    citizen, buried = await Citizen.activated(system.gateway_url, system.new_code(), photo), _buried(system)
    async with echo(system) as events:
        receipt = await _document(citizen, 2)
        document_id, old = receipt["document_id"], receipt["pages"][0]["page_id"]
        await _filed(citizen, document_id, 1)
        path = f"/v1/documents/{document_id}/pages"
        tag = (await citizen.http.get(path)).headers["etag"]
        again, headers = await _page(citizen), {"Idempotency-Key": new_id(), "If-Match": tag}
        wish = {"page_id": again}
        first = await citizen.http.post(f"{path}/{old}/replacement", json=wish, headers=headers)
        repeated = await citizen.http.post(f"{path}/{old}/replacement", json=wish, headers=headers)
        assert (first.status_code, repeated.status_code) == (202, 202)
        assert first.json() == repeated.json()
        await _filed(citizen, document_id, 2)
        await until(lambda: len(events.of(document_id, "document.filed.v1")) == 2)
        submitted, filed = (events.of(document_id, f"document.{kind}.v1") for kind in ("submitted", "filed"))
        assert [event["data"]["version"] for event in (*submitted, *filed)] == [1, 2, 1, 2]
        for event in (*filed, *submitted):
            await events.repeat(event)
        for event in (filed[0], submitted[0], filed[1]):
            await events.repeat(event, id=new_id())
        following = await _document(citizen, 1)
        await _filed(citizen, following["document_id"], 1)
    await _is_as_it_should_be(citizen, receipt, old, again)
    assert _buried(system) == buried


def _buried(system: System) -> dict[str, int]:
    return {each["queue"]: each["messages"] for each in system.dead() if each["queue"].endswith(".dead")}


async def _is_as_it_should_be(citizen: Citizen, receipt: dict[str, Any], old: str, again: str) -> None:
    document_id = receipt["document_id"]
    shown = await _shown(citizen, document_id)
    assert (shown["state"], shown["version"], shown["filed_version"]) == ("filed", 2, 2)
    assert shown["page_ids"] == [again, receipt["pages"][1]["page_id"]]
    now = (await citizen.http.get(f"/v1/documents/{document_id}/receipt")).json()
    assert [now[name] for name in ("receipt_number", "received_at")] == [
        receipt[name] for name in ("receipt_number", "received_at")
    ]
    assert now["replacements"][0]["replaced_at"] > now["received_at"]
    assert (await citizen.http.get(f"/v1/pages/{old}/original")).content == citizen.photo
    pdf = (await citizen.http.get(f"/v1/documents/{document_id}/pdf")).content
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
    timeline = (await citizen.http.get(f"/v1/documents/{document_id}/timeline")).json()["items"]
    assert "document.submitted.again" in [entry["code"] for entry in timeline]
