"""`python -m services objects audit`: what no row names, and what a row names and is missing; keys only."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.ids import new_id
from shared.settings import Connections
from shared.storage.documents import connect
from shared.storage.objects import Objects

pytestmark = pytest.mark.live

DATA = b"of somebody"


@dataclass
class Kept:
    """A bucket and databases of our own, and the environment that names them."""

    connections: Connections
    environment: dict[str, str]
    objects: Objects
    client: Any
    keys: list[str] = field(default_factory=list)

    async def put(self, *keys: str) -> None:
        """Put an object under each key."""
        for key in keys:
            await self.objects.put(key, DATA, size_bytes=len(DATA), media_type="text/plain")

    async def keep(self, service: str, collection: str, **row: Any) -> None:
        """Keep a row of a service."""
        await self.client[f"{self.connections.database_prefix}{service}"][collection].insert_one(row)

    def audit(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Compare the store with the rows."""
        return self.run("audit", *words)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        command = [sys.executable, "-m", "services", "objects", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)

    def found(self) -> tuple[int, set[str], set[str]]:
        """Return the exit code, what is left over and what is missing, however young it is."""
        done = self.audit("--json", "--grace-hours", "0")
        told = json.loads(done.stdout)
        return done.returncode, set(told["left_over"]), set(told["missing"])


@pytest_asyncio.fixture(loop_scope="session")
async def kept(stack: LocalStack) -> AsyncIterator[Kept]:
    """An empty bucket, and databases without a row."""
    own = new_id()
    address = stack.environment["AMTSBOTE_S3_URL"].rpartition("/")[0] + f"/{own}"
    connections = Connections(
        mongo_url=SecretStr(stack.environment["AMTSBOTE_MONGO_URL"]),
        s3_url=SecretStr(address),
        database_prefix=f"{own}_",
    )
    environment = {
        **os.environ,
        **stack.environment,
        "AMTSBOTE_S3_URL": address,
        "AMTSBOTE_DATABASE_PREFIX": f"{own}_",
        "AMTSBOTE_LINK_SECRET": "only-for-tests-" * 4,
    }
    objects, client = Objects(connections.objects), connect(connections.mongo_url.get_secret_value())
    await objects.prepare()
    yield Kept(connections, environment, objects, client)
    objects.close()
    client.close()


async def _whole(kept: Kept, *, by_day: bool) -> list[str]:
    """Keep one of each kind of row with its objects, under keys by day or as they were before; return the keys."""
    page, transfer, channel, document, forward = (new_id() for _ in range(5))
    day = f"{utc_now().date()}/" if by_day else ""
    original, part = ("pages", "uploads") if by_day else ("originals", "parts")
    original, drawn, card = f"{original}/{day}{page}", f"annotated/{day}{page}/1.jpg", f"cards/{channel}"
    part, packet = f"{part}/{day}{transfer}/{new_id()}", f"packets/{day}{forward}.pdf"
    files = {f"{name}_key": f"documents/{day}{document}/1.{name}" for name in ("pdf", "text", "facts")}
    await kept.keep("gateway", "pages", _id=page, object_key=original, check={"annotated_key": drawn})
    await kept.keep("gateway", "pages", _id=new_id(), object_key=original, check=None)
    await kept.keep("gateway", "transfers", _id=transfer, page_id=None, parts=[{"object_key": part}])
    await kept.keep("gateway", "channels", _id=channel, slot=new_id())
    await kept.keep("gateway", "documents", _id=document, receipt_number=new_id())
    await kept.keep("upload", "pages", _id=page, annotated_key=drawn)
    await kept.keep("upload", "documents", _id=document, **files)
    await kept.keep("upload", "documents", _id=new_id(), reason="failed")
    await kept.keep("notify", "forwards", _id=forward, consent_id=new_id())
    keys = [original, drawn, card, part, packet, *files.values(), f"receipts/{document}/de/1.pdf"]
    await kept.put(*keys, "greeting")
    return keys


async def test_a_store_that_fits_its_rows_has_no_findings(kept: Kept) -> None:
    """Exit code 0, and how much was looked at; keys from before they had days are as good as others."""
    keys = [*await _whole(kept, by_day=True), *await _whole(kept, by_day=False)]
    done = kept.audit("--grace-hours", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == f"{len(keys) + 1} objects, 16 names; 0 left over, 0 missing\n"


async def test_what_no_row_names_is_listed_under_every_prefix(kept: Kept) -> None:
    """Exit code 1, and each key; but not what was put within the day, whose row may be on its way."""
    keys = await _whole(kept, by_day=True)
    stray = {
        f"originals/{new_id()}",
        f"pages/2026-11-30/{new_id()}",
        f"uploads/2026-11-30/{new_id()}/{new_id()}",
        f"annotated/{new_id()}/1.jpg",
        keys[1].replace("/1.jpg", "/2.jpg"),
        f"cards/{new_id()}",
        f"parts/{new_id()}/{new_id()}",
        f"documents/{new_id()}/1.pdf",
        f"packets/{new_id()}.pdf",
        f"receipts/{new_id()}/de/1.pdf",
        "nobodys/thing",
    }
    await kept.put(*stray)
    assert kept.found() == (1, stray, set())
    assert kept.audit().returncode == 0


async def test_what_a_row_names_and_is_gone_is_listed(kept: Kept) -> None:
    """Exit code 1; packets and printed receipts may be gone, as nothing relies on them for ever."""
    keys = await _whole(kept, by_day=True)
    for key in keys:
        await kept.objects.remove(key)
    code, left_over, missing = kept.found()
    assert (code, left_over) == (1, set())
    assert missing == {key for key in keys if not key.startswith(("packets/", "receipts/"))}


async def test_what_is_left_over_can_be_removed_at_once(kept: Kept) -> None:
    """Young things stay unless asked otherwise; what nobody owns stays, and is still listed."""
    keys = await _whole(kept, by_day=True)
    stray, nobodys = f"documents/2026-11-30/{new_id()}/1.pdf", "nobodys/thing"
    await kept.put(stray, nobodys)
    assert kept.run("sweep").stdout == "0 removed\n"
    assert kept.run("sweep", "--grace-hours", "0").stdout == "1 removed\n"
    assert kept.found() == (1, {nobodys}, set())
    assert all([await kept.objects.exists(key) for key in keys])


def test_servers_that_are_away_are_said_in_a_line() -> None:
    """Exit code 3 and no traceback."""
    away = {"AMTSBOTE_S3_URL": "http://key:secret@127.0.0.1:9/none", "AMTSBOTE_LINK_SECRET": "only-for-tests-" * 4}
    command = [sys.executable, "-m", "services", "objects", "audit"]
    done = subprocess.run(command, env={**os.environ, **away}, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (3, "")
    assert "a server does not answer" in done.stderr
