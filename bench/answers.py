"""How long an answer takes on a kept connection: the gateway's, its HTTP server's alone, and bare uvicorn's."""

import argparse
import asyncio
import json
import logging
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn
from rich.console import Console
from rich.table import Table
from starlette.types import Receive, Scope, Send

from bench.delivery.accept import Door
from deploy.local.ports import free_port
from deploy.local.stack import LocalStack
from shared.ids import new_id
from shared.serving.server import HttpServer
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

FLOOR = "bare uvicorn, 1 KB"
Ask = Callable[[], Awaitable[httpx.Response]]


def main(arguments: Sequence[str]) -> int:
    """Ask in turn, several rounds, and print one table: medians in milliseconds, and ratios to bare uvicorn."""
    parser = argparse.ArgumentParser(prog="python -m bench answers", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="answers of each kind (default 300)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    configure_logs(logging.ERROR)
    medians = asyncio.run(_measure(options.count))
    Console(width=100).print(_table(medians))
    if options.json:
        options.json.write_text(json.dumps(medians, indent=2) + "\n")
    return 0


async def _measure(count: int) -> dict[str, float]:
    with TemporaryDirectory(prefix="bench-") as folder:
        async with LocalStack(Path(folder), settings=os.environ) as stack, _asks(stack, Path(folder)) as asks:
            took: dict[str, list[float]] = {name: [] for name in asks}
            for _ in range(count):
                for name, ask in asks.items():
                    began = time.perf_counter()
                    (await ask()).raise_for_status()
                    took[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) * 1000 for name, seconds in took.items()}


@asynccontextmanager
async def _asks(stack: LocalStack, folder: Path) -> AsyncIterator[Mapping[str, Ask]]:
    """Return what is asked, each on a connection of its own that is kept."""
    there = {name: part.url for name, part in zip(("rabbit_url", "mongo_url", "s3_url"), stack.parts, strict=True)}
    prefix = {"database_prefix": f"bench_{new_id()}_"}
    connections = Connections.model_validate({**Connections().model_dump(), **there, **prefix})
    port = free_port()
    async with (
        _bare() as floor,
        HttpServer(_small, "127.0.0.1", port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ours,
        Door(connections, stack.environment, folder) as door,
    ):
        yield {
            FLOOR: lambda: floor.get("/"),
            "our HTTP server, 1 KB": lambda: ours.get("/"),
            "gateway: GET /v1/limits": lambda: door.get("/v1/limits"),
            "gateway: GET /v1/documents": lambda: door.get("/v1/documents"),
            "gateway: GET / (first page)": lambda: door.get("/"),
        }


async def _small(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers = [(b"content-length", b"1024")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(1024)})


@asynccontextmanager
async def _bare() -> AsyncIterator[httpx.AsyncClient]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(_small, port=port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server._serve())  # noqa: SLF001 - `serve` would take our signals
    until_it_listens = httpx.AsyncHTTPTransport(retries=5)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", transport=until_it_listens) as client:
        yield client
    server.should_exit = True
    await serving


def _table(medians: Mapping[str, float]) -> Table:
    table = Table("an answer on a kept connection", "median ms", "beside bare uvicorn")
    for name, median in medians.items():
        table.add_row(name, f"{median:.2f}", f"{median / medians[FLOOR]:.2f}")
    return table
