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
    """Return the partners' secrets; whom this system does not know yet is registered, and kept at once."""
    file = Path(os.environ.get("AMTSBOTE_PARTNERS", "partners.json")).with_name("demo-partners.json")
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"webhook_port": free_port()}
    webhook = f"http://127.0.0.1:{known['webhook_port']}/"
    wanted: dict[str, tuple[str, ...]] = {f"demo_{team}": ("add-tool", "--team", team) for team in TEAMS}
    wanted[SUPPLIER] = ("add-supplier", "--name", "Stadtwerke Musterstadt", "--webhook", webhook)
    missing = wanted.keys() - known.keys()
    registered = {partner["id"] for partner in json.loads(_partners("list", "--json"))} if missing else set()
    for partner, (verb, *options) in wanted.items():
        if partner in missing:
            if partner in registered:  # by a start that was interrupted before it kept the secrets: it gets new ones
                _partners("remove", partner)
            known[partner] = json.loads(_partners(verb, partner, *options, "--json"))
            file.touch(mode=0o600)
            file.write_text(json.dumps(known, indent=2))
    return known


def _partners(*words: str) -> str:
    command = [sys.executable, "-m", "services", "partners", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"could not register the demo's partners: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def at_broker(amqp_url: str) -> str:
    """Return a remembered login's URL with the place where the broker is now."""
    login, broker = urlsplit(amqp_url), urlsplit(os.environ.get("AMTSBOTE_RABBIT_URL", amqp_url))
    netloc = f"{login.netloc.rpartition('@')[0]}@{broker.netloc.rpartition('@')[2]}"
    return urlunsplit((login.scheme, netloc, login.path, "", ""))
