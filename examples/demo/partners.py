"""The demo's partners: a tool per team and one supplier, registered once and remembered beside the partners file."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from deploy.local.ports import free_port

TEAMS = ("power_cut", "benefits", "placement")
SUPPLIER = "stadtwerke_musterstadt"


def remembered() -> dict[str, Any]:
    """Return the partners' secrets, registering the partners first if this system does not know them yet."""
    file = Path(os.environ.get("AMTSBOTE_PARTNERS", "partners.json")).with_name("demo-partners.json")
    if not file.exists():
        secrets = register(free_port())
        file.touch(mode=0o600)
        file.write_text(json.dumps(secrets, indent=2))
    return dict(json.loads(file.read_text()))


def register(webhook_port: int) -> dict[str, Any]:
    """Register the tools and the supplier by the operator's own commands, and return what these print once."""
    webhook = f"http://127.0.0.1:{webhook_port}/"
    return {
        "webhook_port": webhook_port,
        "tools": [_partners("add-tool", f"demo_{team}", "--team", team) for team in TEAMS],
        "supplier": _partners("add-supplier", SUPPLIER, "--name", "Stadtwerke Musterstadt", "--webhook", webhook),
    }


def _partners(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "services", "partners", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"could not register the demo's partners: {done.stderr.strip() or done.stdout.strip()}")
    return dict(json.loads(done.stdout))


def at_broker(amqp_url: str) -> str:
    """Return a remembered login's URL with the place where the broker is now."""
    login, broker = urlsplit(amqp_url), urlsplit(os.environ.get("AMTSBOTE_RABBIT_URL", amqp_url))
    netloc = f"{login.netloc.rpartition('@')[0]}@{broker.netloc.rpartition('@')[2]}"
    return urlunsplit((login.scheme, netloc, login.path, "", ""))
