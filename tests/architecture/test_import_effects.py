"""Importing any module does nothing: no connection, no file written, no process, no setting read."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from services.upload.client.confine import SILENT
from tests.architecture.tree import PRODUCT, ROOT, python_files, syntax_of

# The watcher first imports everybody else's packages, whose doings are theirs, then listens to the interpreter's own
# audit events (https://docs.python.org/3.11/library/audit_events.html) while our modules are imported.
WATCHER = """
import importlib, os, sys

packages, modules = sys.argv[1].split(","), sys.argv[2].split(",")
for name in packages:
    try:
        importlib.import_module(name)
    except ImportError:
        pass

WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
seen = []

def watch(event, args):
    if event in {"socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen",
                 "os.system", "os.fork", "os.posix_spawn", "os.putenv", "os.unsetenv", "os.mkdir", "os.remove",
                 "os.rename", "tempfile.mkstemp", "tempfile.mkdtemp", "sqlite3.connect", "signal.pthread_kill"}:
        seen.append(event)
    if event == "open" and isinstance(args[2], int) and args[2] & WRITE:
        seen.append("open for writing")

class Environment(dict):
    def __getitem__(self, key):
        if key.startswith("AMTSBOTE_"):
            seen.append("environment " + key)
        return super().__getitem__(key)
    def get(self, key, default=None):
        if key.startswith("AMTSBOTE_"):
            seen.append("environment " + key)
        return super().get(key, default)

os.environ = Environment(os.environ)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in modules:
    importlib.import_module(name)
    while seen:
        print(f"{name}: {seen.pop()}")
"""


def module_of(path: Path, root: Path) -> str:
    """Return the dotted name of a file's module."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def foreign_imports(paths: list[Path]) -> set[str]:
    """Return every module our files import that is not ours, wherever in a file."""
    nodes = [node for path in paths for node in ast.walk(syntax_of(path))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name for name in plain | named if name.partition(".")[0] not in PRODUCT}


def watch_imports(root: Path, home: Path, packages: set[str], modules: list[str]) -> str:
    """Import modules in a fresh interpreter without settings, and return what they did besides."""
    result = subprocess.run(
        [sys.executable, "-c", WATCHER, ",".join(sorted(packages)), ",".join(modules)],
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": "", "HOME": str(home), **SILENT},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    """Every module of the product can be imported without environment, network or servers, and leaves no trace."""
    installed = [folder for folder in PRODUCT if folder != "training"]  # training needs torch, which is not set up
    paths = [path for path in python_files(*installed) if path.name != "__main__.py"]
    modules = [module_of(path, ROOT) for path in paths]
    assert "shared.service" in modules
    assert watch_imports(ROOT, tmp_path, foreign_imports(paths), modules) == ""


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("open('trace', 'w')", "open for writing"),
        ("import subprocess; subprocess.Popen(['/bin/true'])", "subprocess.Popen"),
        ("import os; os.environ.get('AMTSBOTE_TENANT')", "environment AMTSBOTE_TENANT"),
    ],
)
def test_what_happens_at_import_is_seen(tmp_path: Path, deed: str, seen: str) -> None:
    """The watcher sees a module that connects, writes, starts a process or reads a setting."""
    (tmp_path / "busy.py").write_text(deed)
    assert f"busy: {seen}" in watch_imports(tmp_path, tmp_path, {"socket", "subprocess"}, ["busy"])
