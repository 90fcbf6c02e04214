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


async def work(*, once: bool) -> None:
    """Handle alerts: acknowledged when handled, so one may come twice, with the same `alert_id`; none is lost."""
    url, headers = os.environ["AMTSBOTE_TOOL_URL"], {"Authorization": f"Bearer {os.environ['AMTSBOTE_TOOL_TOKEN']}"}
    async with (
        httpx.AsyncClient(base_url=os.environ["AMTSBOTE_GATEWAY_URL"], headers=headers) as gateway,
        await aio_pika.connect_robust(url, heartbeat=10) as connection,
    ):
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=10)
        # The login begins with the name of the queue, and may read just that: no declaring, no publishing.
        queue = await channel.get_queue((URL(url).user or "").partition("@")[0], ensure=False)
        async with queue.iterator() as messages:
            async for message in messages:
                async with message.process(requeue=True):
                    alert = json.loads(message.body)["data"]
                    print(json.dumps(alert | await details(alert, gateway)), flush=True)
                if once:
                    return


async def details(alert: dict[str, Any], gateway: httpx.AsyncClient) -> dict[str, Any]:
    """Return a document's text and the size of its PDF, or what a newcomer brought: whose it is, a person decides."""
    about = alert["about_id"]
    if alert["kind"] == "assignment_waiting":
        papers = (await get(gateway, f"/v1/desk/newcomers/{about}")).json()["documents"]
        return {"receipts": [paper["receipt_number"] for paper in papers]}
    if alert["kind"] in {"document_filed", "power_cut"}:
        text, pdf = [await get(gateway, f"/v1/desk/documents/{about}/{form}") for form in ("text", "pdf")]
        return {"text": " ".join(text.text.split())[:80], "pdf_bytes": len(pdf.content)}
    return {}


@stamina.retry(on=httpx.HTTPError, attempts=10, wait_initial=0.1, wait_max=2)
async def get(gateway: httpx.AsyncClient, path: str) -> httpx.Response:
    """Ask the gateway; right after an alert it may still say 404."""
    return (await gateway.get(path)).raise_for_status()


if __name__ == "__main__":
    stamina.instrumentation.set_on_retry_hooks([])  # it would print each try
    asyncio.run(work(once="--once" in sys.argv))
