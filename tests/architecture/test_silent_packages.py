"""What we import from others writes nothing about this machine and calls nobody."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from services.upload.client.confine import SILENT
from tests.architecture.tree import ROOT

# Audit events tell of what Python does; a socket that a library's own code opened stands among the open files.
WATCHER = """
import importlib, os, sys

CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}

def watch(event, args):
    if event in CALLS:
        print(event)

sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in sys.argv[1].split(","):
    importlib.import_module(name)
exec(sys.argv[2])
for entry in os.scandir("/proc/self/fd"):
    if entry.is_symlink() and os.path.lexists(entry.path) and os.readlink(entry.path).startswith("socket:"):
        print("open socket")
"""


def dependencies() -> list[str]:
    """Return the modules of every package that pyproject.toml names for the services."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = {_plain(found[0]) for line in named if (found := re.match(r"[\w.-]+", line))}
    modules = {
        module
        for module, packages in packages_distributions().items()
        if wanted & set(map(_plain, packages)) and not module.endswith("_cli")
    }
    assert len(modules) >= len(wanted), "a package that is not installed is not looked at"
    return sorted(modules)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def traces(home: Path, modules: list[str], then: str = "", *, environment: dict[str, str]) -> str:
    """Import modules in a fresh interpreter with an empty home; return whom it called and what it left there."""
    home.mkdir()
    folders = {f"XDG_{name}_HOME": str(home / name) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    result = subprocess.run(
        [sys.executable, "-c", WATCHER, ",".join(modules), then],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home), **folders, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout + "".join(f"{path.relative_to(home)}\n" for path in home.rglob("*") if path.is_file())


def test_imported_packages_leave_no_trace(tmp_path: Path) -> None:
    """No package of ours writes an identifier of this machine, or calls home, because it was imported."""
    assert traces(tmp_path / "home", dependencies(), environment=SILENT) == ""


@pytest.mark.parametrize("net", ["pagenet.page_net()", "upright.turn_to_upright(np.zeros((300, 300, 3), np.uint8))"])
def test_networks_leave_no_trace(tmp_path: Path, net: str) -> None:
    """A network that is loaded and run tells nobody, in a process that nobody has prepared either."""
    used = f"import numpy as np; from services.upload.client import pagenet, upright; {net}"
    assert traces(tmp_path / "home", ["services.upload.client.look"], used, environment={}) == ""


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        ("import onnxruntime", "deviceid"),
        ("import socket; kept = socket.socket()", "open socket"),
        ("import socket; socket.getaddrinfo('localhost', 80)", "socket.getaddrinfo"),
    ],
)
def test_traces_are_seen(tmp_path: Path, deed: str, seen: str) -> None:
    """The watcher sees ONNX Runtime's device id where nobody forbade it, a socket, and a look-up of a name."""
    assert seen in traces(tmp_path / "home", ["os"], deed, environment={})
