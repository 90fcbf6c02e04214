"""The whole system as an operator runs it: all services in one process of their own, over real servers."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from deploy.local.child import Child, Launch
from deploy.local.ports import free_port
from services.gateway.store.receipt_keys import add_key
from shared.vapid import make_key
from tests import loopback
from tests.waiting import until

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90
COUNTED = (
    *("CITIZEN", "ACTIVATION", "NEWCOMER", "SUBMIT", "SUBMIT_NEWCOMER"),
    *("CONSENT", "CONSENT_NEWCOMER", "CALLBACK", "CALLBACK_NEWCOMER", "MAIL_TARGET", "MAIL_NEWCOMER"),
)
NO_HINDRANCE = {
    **{f"AMTSBOTE_GATEWAY_RATE_{name}": "100000/minute" for name in COUNTED},
    "AMTSBOTE_GATEWAY_MAX_NEWCOMERS": "100000",
    "AMTSBOTE_GATEWAY_MAX_WRONG_CODES": "100000",
    "AMTSBOTE_GATEWAY_MAX_NEWCOMER_BYTES_A_DAY": str(10**12),
}
"""One test citizen asks as often as many, and all of them come from one address."""


class System:
    """Starts, kills and asks the services; their data lives in the servers that `environment` points to."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Start nothing yet."""
        self.folder = folder
        gateway, operations, self.mail_port = free_port(), free_port(), free_port()
        self.gateway_url = f"http://127.0.0.1:{gateway}"
        self._operations_url = f"http://127.0.0.1:{operations}"
        self.environment = {
            **os.environ,
            **environment,
            "AMTSBOTE_GATEWAY_PORT": str(gateway),
            "AMTSBOTE_GATEWAY_URL": self.gateway_url,
            "AMTSBOTE_PUBLIC_URL": self.gateway_url,
            **NO_HINDRANCE,
            "AMTSBOTE_OPERATIONS_PORT": str(operations),
            "AMTSBOTE_PARTNERS": str(folder / "partners.json"),
            "AMTSBOTE_GATEWAY_RECEIPT_KEYS": str(folder / "receipt-keys.json"),
            "AMTSBOTE_LINK_SECRET": "only-for-tests-" * 4,
            "AMTSBOTE_RETRY_DELAYS_MS": "[200, 1000, 2000, 5000]",
            "AMTSBOTE_GATEWAY_MAX_UPLOADS_EACH": "16",
            "AMTSBOTE_NOTIFY_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
            **_telling(self.mail_port, folder / "push-key.json"),
        }
        add_key(folder / "receipt-keys.json")
        self._client = loopback.client()
        self._codes: list[str] = []
        command = (sys.executable, "-m", "services")
        self.services = Child(Launch(command, self.environment, ROOT, folder / "services.log"))

    async def start(self) -> None:
        """Start all services and wait until they and their consumers are ready."""
        await self.services.start()
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait until `/ready` says so; what is unwell is in the failure."""
        await self._until_ok(self._operations_url + "/ready")

    async def until_accepting(self) -> None:
        """Wait until the gateway answers, whatever the rest does."""
        await self._until_ok(self.gateway_url + "/v1/limits")

    async def _until_ok(self, url: str) -> None:
        answer = "no answer"

        async def is_ok() -> bool:
            nonlocal answer
            try:
                response = await self._client.get(url)
            except httpx.TransportError as error:
                answer = type(error).__name__
                return False
            answer = response.text
            return response.is_success

        await until(is_ok, seconds=PATIENCE_S, what=lambda: f"{url}: {answer}\n{self.services.last_words(20)}")

    def run(self, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the project's commands against this system."""
        return self._run([sys.executable, "-m", module, *words])

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script against this system."""
        return self._run(["bash", "-c", script])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S * 2,
        )

    def new_code(self) -> str:
        """Return an activation code, as an operator prints it into a letter."""
        if not self._codes:
            done = self.run("services", "codes", "new", "--count", "20")
            assert done.returncode == 0, done.stderr
            self._codes = done.stdout.split()
        return self._codes.pop()

    def dead(self) -> list[dict[str, Any]]:
        """Return what waits in dead queues."""
        done = self.run("services", "dead", "list", "--json")
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))


def _telling(mail_port: int, push_key: Path) -> dict[str, str]:
    """Return how citizens are told: at once, at any hour, by a mail server that a test may serve."""
    make_key(push_key)
    return {
        "AMTSBOTE_NOTIFY_GATHER_S": "0.2",
        "AMTSBOTE_NOTIFY_NIGHT_FROM_H": "0",
        "AMTSBOTE_NOTIFY_NIGHT_UNTIL_H": "0",
        "AMTSBOTE_MAIL_HOST": "127.0.0.1",
        "AMTSBOTE_MAIL_PORT": str(mail_port),
        "AMTSBOTE_MAIL_SECURITY": "none",
        "AMTSBOTE_MAIL_SENDER": "Ihre Post <post@post.example>",
        "AMTSBOTE_PUSH_KEY": str(push_key),
    }
