"""The demo's partners: one caseworker tool and one supplier, registered once and remembered beside the stack's data."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

TEAM = "power_cut"
TOOL = "demo_desk"
SUPPLIER = "stadtwerke_musterstadt"


def remembered(folder: Path) -> dict[str, Any]:
    """Return the partners' secrets, registering the partners first if this stack does not know them yet."""
    file = folder / "demo-partners.json"
    if not file.exists():
        secrets = register(_free_port())
        file.touch(mode=0o600)
        file.write_text(json.dumps(secrets, indent=2))
    return dict(json.loads(file.read_text()))


def register(webhook_port: int) -> dict[str, Any]:
    """Register the tool and the supplier by the operator's own commands, and return what these print once."""
    webhook = f"http://127.0.0.1:{webhook_port}/"
    return {
        "webhook_port": webhook_port,
        "tool": _partners("add-tool", TOOL, "--team", TEAM),
        "supplier": _partners("add-supplier", SUPPLIER, "--name", "Stadtwerke Musterstadt", "--webhook", webhook),
    }


def _partners(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "services", "partners", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"could not register the demo's partners: {done.stderr.strip() or done.stdout.strip()}")
    return dict(json.loads(done.stdout))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
