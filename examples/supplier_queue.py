"""The same supplier with a queue of its own at the job centre's broker, in place of a web server.

AMTSBOTE_SUPPLIER_URL=amqp://... AMTSBOTE_SUPPLIER_TOKEN=... AMTSBOTE_GATEWAY_URL=http://127.0.0.1:8080 \
    python -m examples.supplier_queue [--once]
"""

import asyncio
import json
import os
import sys

import aio_pika
import httpx
from yarl import URL

from examples.papers import fetch_and_confirm


async def work(amqp_url: str, token: str, gateway_url: str, *, once: bool) -> None:
    """Handle notices as they come; a repeat has the same `x-event-id`."""
    known: set[str] = set()  # a real supplier keeps this in its database
    connection = await aio_pika.connect_robust(amqp_url, heartbeat=10)
    async with connection, httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=10) as http:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        queue = await channel.get_queue((URL(amqp_url).user or "").partition("@")[0], ensure=False)
        async with queue.iterator() as messages:
            async for message in messages:
                async with message.process(requeue=True):
                    message_id = str(message.headers["x-event-id"])
                    if message_id not in known:
                        notice = json.loads(message.body)["data"]
                        papers = await fetch_and_confirm(notice, message_id, http, gateway_url)
                        print(json.dumps(papers), flush=True)
                        known.add(message_id)
                if once:
                    return


if __name__ == "__main__":
    asyncio.run(
        work(
            os.environ["AMTSBOTE_SUPPLIER_URL"],
            os.environ["AMTSBOTE_SUPPLIER_TOKEN"],
            os.environ["AMTSBOTE_GATEWAY_URL"],
            once="--once" in sys.argv,
        )
    )
