"""A caseworker tool in small: subscribe to the team's alerts, fetch the document an alert is about.

AMTSBOTE_TOOL_URL=amqp://... AMTSBOTE_TOOL_TOKEN=... AMTSBOTE_GATEWAY_URL=http://127.0.0.1:8080 \
    python -m examples.caseworker_tool [--once]
"""

import asyncio
import json
import os
import sys
from typing import Any

import aio_pika
import httpx
import stamina
from yarl import URL

WITH_PAPERS = {"document_filed", "power_cut"}


async def work(amqp_url: str, gateway: httpx.AsyncClient, *, once: bool) -> None:
    """Handle alerts as they come; one is acknowledged when it is handled, so none is lost if this program dies.

    An alert may come twice: keep what you do about it under its `alert_id`, which stays the same.
    """
    async with await aio_pika.connect_robust(amqp_url, heartbeat=10) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=10)
        # The login begins with the name of the queue, and may read just that: no declaring, no publishing.
        queue = await channel.get_queue((URL(amqp_url).user or "").partition("@")[0], ensure=False)
        async with queue.iterator() as messages:
            async for message in messages:
                async with message.process(requeue=True):
                    alert = json.loads(message.body)["data"]
                    if alert["kind"] in WITH_PAPERS:
                        alert |= await papers(alert["about_id"], gateway)
                    if alert["kind"] == "assignment_waiting":
                        alert |= await newcomer(alert["about_id"], gateway)
                    print(json.dumps(alert), flush=True)
                if once:
                    return


@stamina.retry(on=httpx.HTTPError, attempts=10, wait_initial=0.1, wait_max=2)
async def papers(document_id: str, gateway: httpx.AsyncClient) -> dict[str, Any]:
    """Return a document's text and the size of its PDF; right after an alert the gateway may still say 404."""
    text = (await gateway.get(f"/v1/desk/documents/{document_id}/text")).raise_for_status().text
    pdf = (await gateway.get(f"/v1/desk/documents/{document_id}/pdf")).raise_for_status().content
    return {"text": " ".join(text.split())[:80], "pdf_bytes": len(pdf)}


@stamina.retry(on=httpx.HTTPError, attempts=10, wait_initial=0.1, wait_max=2)
async def newcomer(newcomer_id: str, gateway: httpx.AsyncClient) -> dict[str, Any]:
    """Return what somebody without an account brought; whose it is, a person decides.

    Then: POST /v1/desk/newcomers/{id}/assignment with {"citizen_id": ID, or null for a new one}, Idempotency-Key.
    """
    shown = (await gateway.get(f"/v1/desk/newcomers/{newcomer_id}")).raise_for_status().json()
    return {"receipts": [paper["receipt_number"] for paper in shown["documents"]]}


async def main() -> None:
    """Read the settings and work."""
    stamina.instrumentation.set_on_retry_hooks([])  # it would print each try
    headers = {"Authorization": f"Bearer {os.environ['AMTSBOTE_TOOL_TOKEN']}"}
    async with httpx.AsyncClient(base_url=os.environ["AMTSBOTE_GATEWAY_URL"], headers=headers) as gateway:
        await work(os.environ["AMTSBOTE_TOOL_URL"], gateway, once="--once" in sys.argv)


if __name__ == "__main__":
    asyncio.run(main())
