"""The product under the storm: its services as processes of their own, over real servers, behind a faulty network."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from deploy.local.child import Child, Launch, tied_to_us
from deploy.local.part import Part
from deploy.local.ports import free_port
from deploy.local.programs import find, search_path
from services.gateway.store.receipt_keys import add_key
from services.names import names
from shared.ids import new_id
from shared.settings import each_host
from shared.vapid import make_key
from tests import loopback
from tests.e2e.system import NO_HINDRANCE
from tests.faults import Proxy
from tests.storm.servers import Servers, is_broker, variable
from tests.waiting import until

ROOT = Path(__file__).parents[2]
TEAM = "desk"
RATES = ("CITIZEN", "ACTIVATION", "NEWCOMER", "UPLOAD", "UNKNOWN", "SUPPLIER", "TOOL")
WAYS, SHARES = ("UPLOADS", "DOWNLOADS"), ("EACH", "ADDRESS", "TOGETHER")
# Together longer than the database keeps the open transaction of a process that was killed (60 s).
RETRIES_MS = (500, 2_000, 10_000, 30_000, 60_000)


@dataclass(slots=True)
class Site:
    """What can be hurt, and where it can be looked at."""

    servers: Servers
    folder: Path
    name: str
    proxies: Mapping[str, Proxy]
    services: Mapping[str, Child]
    environment: Mapping[str, str]  # as the services have it, through the proxies
    direct: Mapping[str, str]  # past the proxies, for whoever keeps the account
    url: str
    operations: Mapping[str, str]
    report: "Tell"
    frozen: set[str] = field(default_factory=set)  # what a fault holds on purpose

    @property
    def prefix(self) -> str:
        """What the names of this site's databases begin with."""
        return self.direct["AMTSBOTE_DATABASE_PREFIX"]

    def server(self, name: str) -> Part:
        """Return a server."""
        return self.servers.parts[name]

    async def until_ready(self, seconds: float = 120) -> None:
        """Wait until every service says that it is ready; raises AssertionError with what is not well."""
        async with loopback.client(timeout=10) as http:
            unwell: dict[str, str] = {}

            async def ready() -> bool:
                for name, url in self.operations.items():
                    unwell[name] = await _ask(http, f"{url}/ready")
                return set(unwell.values()) == {""}

            await until(ready, seconds=seconds, what=lambda: f"all services ready; they are {unwell}")

    async def live(self) -> dict[str, str]:
        """Return what `/live` of each service says against it, empty if nothing."""
        async with loopback.client(timeout=10) as http:
            return {name: await _ask(http, f"{url}/live") for name, url in self.operations.items()}


async def _ask(http: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await http.get(url)
    except httpx.HTTPError as error:
        return type(error).__name__
    return "" if answer.is_success else f"{answer.status_code} {answer.text[:200]}"


class Tell:
    """Says what happens, each line with the seconds since the beginning; keeps it in a file, too."""

    def __init__(self, path: Path, also: Callable[[str], object] | None = None) -> None:
        """Write to `path` and, if given, to `also`."""
        self._path = path
        self._also = also
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._began

    def __call__(self, text: str) -> None:
        """Say one line."""
        line = f"{self.seconds:6.1f} s  {text}"
        with self._path.open("a") as file:
            file.write(line + "\n")
        if self._also:
            self._also(line)


@asynccontextmanager
async def site(servers: Servers, folder: Path, report: Tell, settings: Mapping[str, str]) -> AsyncIterator[Site]:
    """Run the services in a virtual host, databases and a bucket of their own; what dies is started again."""
    name = f"storm-{new_id()[-8:]}"
    await _virtual_host(servers.environment["AMTSBOTE_RABBIT_MANAGEMENT_URL"], name)
    direct = {**servers.environment, **_own(servers, name)}
    async with AsyncExitStack() as exits:
        addresses = _each(servers, direct)
        proxies = {server: await exits.enter_async_context(Proxy(url)) for server, url in addresses.items()}
        through = {variable(server): proxy.url for server, proxy in proxies.items() if not is_broker(server)}
        through["AMTSBOTE_RABBIT_URL"] = _joined([proxies[node].url for node in servers.brokers])
        gateway = f"http://127.0.0.1:{free_port()}"
        common = {**_settings(folder, gateway), **settings}
        environment = {**os.environ, **direct, **through, **common}
        ports = {service: free_port() for service in names()}
        services = {service: _child(service, folder, environment, port) for service, port in ports.items()}
        operations = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
        it = Site(
            servers, folder, name, proxies, services, environment, {**direct, **common}, gateway, operations, report
        )
        try:
            await asyncio.gather(*(child.start() for child in services.values()))
            yield it
        finally:
            await asyncio.gather(*(child.kill() for child in services.values()))


def _each(servers: Servers, addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the address of each server by its name; those of the broker's nodes each alone."""
    nodes = dict(zip(servers.brokers, each_host(addresses["AMTSBOTE_RABBIT_URL"]), strict=True))
    return {name: nodes.get(name) or addresses[variable(name)] for name in servers.parts}


def _joined(urls: Sequence[str]) -> str:
    """Return one address with the hosts of several."""
    first, *others = map(urlsplit, urls)
    hosts = [first.netloc, *(other.netloc.rpartition("@")[2] for other in others)]
    return urlunsplit(first._replace(netloc=",".join(hosts)))


def _own(servers: Servers, name: str) -> dict[str, str]:
    """Return the addresses of a virtual host, of databases and of a bucket that nobody else uses."""
    rabbit, s3 = (urlsplit(servers.environment[f"AMTSBOTE_{server}_URL"]) for server in ("RABBIT", "S3"))
    return {
        "AMTSBOTE_RABBIT_URL": urlunsplit(rabbit._replace(path=f"/{quote(name, safe='')}")),
        "AMTSBOTE_RABBIT_PUBLIC_URL": urlunsplit(rabbit._replace(path="")),
        "AMTSBOTE_S3_URL": urlunsplit(s3._replace(path=f"/{name}")),
        "AMTSBOTE_DATABASE_PREFIX": f"{name.replace('-', '_')}_",
    }


def _settings(folder: Path, gateway: str) -> dict[str, str]:
    """Return what an operator sets: one team, suppliers on this machine, no limits for a crowd at one address."""
    for make, file in ((add_key, "receipt-keys.json"), (make_key, "push-key.json")):
        if not (folder / file).exists():
            make(folder / file)
    return {
        **NO_HINDRANCE,
        **{f"AMTSBOTE_GATEWAY_RATE_{name}": "100000/minute" for name in RATES},
        **{f"AMTSBOTE_GATEWAY_MAX_{what}_{whose}": "256" for what, whose in product(WAYS, SHARES)},
        "AMTSBOTE_HTTP_CONNECTIONS_EACH": "1000",
        "AMTSBOTE_GATEWAY_PORT": str(urlsplit(gateway).port),
        "AMTSBOTE_GATEWAY_URL": gateway,
        "AMTSBOTE_PUBLIC_URL": gateway,
        "AMTSBOTE_PARTNERS": str(folder / "partners.json"),
        "AMTSBOTE_GATEWAY_RECEIPT_KEYS": str(folder / "receipt-keys.json"),
        "AMTSBOTE_PUSH_KEY": str(folder / "push-key.json"),
        "AMTSBOTE_LINK_SECRET": "only-for-tests-" * 4,
        "AMTSBOTE_RETRY_DELAYS_MS": str(list(RETRIES_MS)),
        "AMTSBOTE_NOTIFY_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
        "AMTSBOTE_NOTIFY_TEAMS": "{}",
        "AMTSBOTE_NOTIFY_DEFAULT_TEAM": TEAM,
        "AMTSBOTE_NOTIFY_DELAYS_S": "[0, 2, 5, 10, 20, 40, 80, 160]",
        "AMTSBOTE_NOTIFY_LEASE_S": "20",
        "AMTSBOTE_CALLBACK_TEAMS": f'{{"other": "{TEAM}"}}',
        "AMTSBOTE_UPLOAD_PROCESSES": "2",
        "MOTOR_MAX_WORKERS": "16",
    }


def _child(service: str, folder: Path, environment: Mapping[str, str], port: int) -> Child:
    command = tied_to_us((sys.executable, "-m", "services", service), find("setpriv", search_path()))
    own = {**environment, "AMTSBOTE_OPERATIONS_PORT": str(port)}
    return Child(Launch(command, own, ROOT, folder / f"{service}.log"))


async def _virtual_host(management_url: str, name: str) -> None:
    url = urlsplit(management_url)
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    base = f"http://{url.hostname}:{url.port}/api"
    async with loopback.client(auth=(url.username or "", url.password or "")) as http:
        (await http.put(f"{base}/vhosts/{name}")).raise_for_status()
        (await http.put(f"{base}/permissions/{name}/{url.username}", json=everything)).raise_for_status()
