"""A running notify service with a virtual host, database and partners of its own, on the real servers."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from deploy.local.stack import LocalStack
from services.command import command
from services.notify.app import app
from services.notify.settings import NotifySettings
from shared.ids import new_id
from shared.service import Service
from shared.settings import Connections, MailSettings, PushSettings
from shared.vapid import make_key
from tests import loopback
from tests.integration.notify.quick import AWAKE, QUICK
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.teller import Teller
from tests.integration.notify.world import World, world
from tests.mail_server import MailServer
from tests.waiting import until_ready


@dataclass(frozen=True, slots=True)
class Place:
    """The settings of this test run's own corner of the servers."""

    environment: dict[str, str]

    def connections(self) -> Connections:
        """Return the same as the services read."""
        values = {k.removeprefix("AMTSBOTE_").lower(): v for k, v in self.environment.items()}
        return Connections.model_validate({k: v for k, v in values.items() if k in Connections.model_fields})

    def partners(self, *words: str) -> Result:
        """Run `python -m services partners ...`."""
        return CliRunner().invoke(command, ["partners", *words], env=self.environment)

    def run_apart(self, *words: str) -> None:
        """Run `python -m services ...` in a process of its own."""
        subprocess.run([sys.executable, "-m", "services", *words], env=os.environ | self.environment, check=True)

    def add_supplier(self, *way: str) -> dict[str, str]:
        """Add a supplier and return what its operator is shown, its `id` included."""
        return self._added("add-supplier", "s" + new_id()[-12:], "--name", "Stadtwerke", *way)

    def add_tool(self, team: str) -> dict[str, str]:
        """Add a tool and return what its operator is shown."""
        return self._added("add-tool", "t" + new_id()[-12:], "--team", team)

    def _added(self, *words: str) -> dict[str, str]:
        result = self.partners(*words, "--json")
        assert result.exit_code == 0, result.output
        shown: dict[str, str] = json.loads(result.stdout)
        return shown


@asynccontextmanager
async def corner(servers: Mapping[str, str], folder: Path) -> AsyncIterator[Place]:
    """Make a virtual host and a database prefix that nobody else uses; take the virtual host and logins away again."""
    host, rabbit = f"notify-{new_id()}", urlsplit(servers["AMTSBOTE_RABBIT_URL"])
    own = {
        "AMTSBOTE_RABBIT_URL": rabbit._replace(path=f"/{host}").geturl(),
        "AMTSBOTE_DATABASE_PREFIX": f"t_{host[-12:]}_",
        "AMTSBOTE_PARTNERS": str(folder / "partners.json"),
        "AMTSBOTE_LINK_SECRET": "s" * 43,
        "AMTSBOTE_PUBLIC_URL": "https://amtsbote.example",
    }
    quick = {
        f"AMTSBOTE_NOTIFY_{k.upper()}": json.dumps(v)
        for k, v in QUICK.model_dump(mode="json", exclude_unset=True).items()
    }
    place = Place({**servers, **quick, **own})
    async with loopback.client(base_url=servers["AMTSBOTE_RABBIT_MANAGEMENT_URL"]) as broker:
        (await broker.put(f"/api/vhosts/{host}")).raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        await broker.put(f"/api/permissions/{host}/{quote(rabbit.username or 'guest')}", json=everything)
        try:
            yield place
        finally:
            for permission in (await broker.get(f"/api/vhosts/{host}/permissions")).json():
                if permission["user"].startswith(("desk.", "supplier.")):
                    await broker.delete(f"/api/users/{permission['user']}")
            (await broker.delete(f"/api/vhosts/{host}")).raise_for_status()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def place(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Return the corner of the servers that this test run's notify service works in."""
    async with corner(stack.environment, tmp_path_factory.mktemp("notify")) as place:
        yield place


@asynccontextmanager
async def working(
    place: Place, settings: NotifySettings, mail: MailSettings | None = None, push: PushSettings | None = None
) -> AsyncIterator[Service]:
    """Run a notify service until the end, and wait until it is ready."""
    service = app(place.connections(), settings, mail=mail, push=push)
    await service.start()

    try:
        await until_ready(service)
        yield service
    finally:
        await service.stop()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def notify(place: Place) -> AsyncIterator[Service]:
    """Return a notify service that is ready; it stops with the last test here, as it looks for work all the time."""
    async with working(place, QUICK) as service:
        yield service


@pytest_asyncio.fixture(loop_scope="session")
async def events(notify: Service, place: Place) -> AsyncIterator[World]:
    """Return the other services' side of the broker."""
    async with world(place.environment["AMTSBOTE_RABBIT_URL"], notify.objects) as listening:
        yield listening


@pytest_asyncio.fixture(loop_scope="session")
async def supplier() -> AsyncIterator[SupplierServer]:
    """Return a supplier's server that answers 204 unless told otherwise."""
    async with SupplierServer().serving() as server:
        yield server


@pytest.fixture
def supplier_id(place: Place, supplier: SupplierServer) -> str:
    """Return a supplier that is told by webhook at `supplier`."""
    return place.add_supplier("--webhook", supplier.url)["id"]


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def teller(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    """Return a notify service with a mail server and a push key."""
    folder = tmp_path_factory.mktemp("teller")
    key = make_key(folder / "push.json")
    async with (
        corner(stack.environment, folder) as place,
        MailServer().serving() as mail,
        SupplierServer().serving() as browsers,
    ):
        push = PushSettings(
            key=folder / "push.json",
            contact="mailto:it@example.org",
            trial_origins=(browsers.url.removesuffix("/hook"),),
        )
        sender = "Ihre Post <post@post.example>"
        settings = MailSettings(host="127.0.0.1", port=mail.port, security="none", sender=sender)
        async with (
            working(place, AWAKE, settings, push) as service,
            world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
        ):
            yield Teller(service, events, mail, key, browsers)


@dataclass(frozen=True, slots=True)
class Patient:
    """A notify service of its own that gives suppliers time, and tries again only after an hour."""

    place: Place
    events: World
    service: Service

    async def forward(self) -> dict[str, Any]:
        """Return the only forward as it is kept, or nothing."""
        return await self.service.database.forwards.find_one() or {}


@pytest_asyncio.fixture(loop_scope="session")
async def patient(stack: LocalStack, tmp_path: Path) -> AsyncIterator[Patient]:
    """Return a patient notify service, so that a test may step in between two tries, however slow the machine."""
    settings = QUICK.model_copy(update={"delays_s": (0, 3600), "answer_within_s": 60, "lease_s": 120})
    async with (
        corner(stack.environment, tmp_path) as place,
        working(place, settings) as service,
        world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
    ):
        yield Patient(place, events, service)
