"""The import contracts in pyproject.toml hold, and each of them is seen to catch what it forbids."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of, python_files

LINTER = Path(sysconfig.get_path("scripts")) / "lint-imports"

# contract, file to add a line to (or to make), line, what the linter must name
BREAKS = [
    ("services_apart", "callback/store.py", "import services.notify.store", "services.notify"),
    ("services_apart", "callback/app.py", "import services.run", "services.run"),
    ("services_apart", "appointments/handlers.py", "import services.upload.schemas", "services.appointments"),
    ("services_apart", "upload/client/source.py", "from services.gateway import routes", "services.gateway"),
    ("rooms", "callback/domain/terms.py", "import services.callback.store", "services.callback.domain"),
    ("rooms", "callback/store.py", "import services.callback.handlers", "services.callback.store"),
    ("rooms", "callback/handlers.py", "import services.callback.settings", "services.callback.handlers"),
    ("rooms", "callback/handlers.py", "import services.callback.app", "services.callback.handlers"),
    ("rooms", "notify/store.py", "import services.notify.client", "services.notify.store"),
    ("rooms", "upload/schemas.py", "import services.upload.store", "services.upload.schemas"),
    ("rooms", "gateway/routes/rates.py", "import services.gateway.pages.site", "services.gateway.pages"),
    ("rooms", "gateway/pages/look.py", "import services.gateway.app", "services.gateway.pages"),
    ("rooms", "callback/utils.py", "", "services.callback.utils"),
    ("rooms", "appointments/manager.py", "", "services.appointments.manager"),
    ("shared_layers", "../shared/events/event.py", "import shared.settings", "shared.events"),
    ("shared_layers", "../shared/telemetry/logs.py", "import shared.messaging.relay", "shared.telemetry"),
    ("shared_layers", "../shared/storage/objects.py", "import shared.messaging.publish", "shared.storage"),
    ("shared_layers", "../shared/messaging/publish.py", "import shared.service", "shared.messaging"),
    ("shared_layers", "../shared/helpers.py", "", "shared.helpers"),
    ("shared_below", "../shared/ids.py", "import services.callback.settings", "services.callback.settings"),
    ("pure", "callback/domain/hours.py", "import motor.motor_asyncio", "motor"),
    ("pure", "callback/domain/hours.py", "import asyncio", "asyncio"),
    ("pure", "callback/domain/hours.py", "import shared.telemetry.metrics", "shared.telemetry"),
    ("pure", "notify/domain/retry.py", "from httpx import get", "httpx"),
    ("pure", "appointments/domain/slot.py", "from faststream.rabbit import RabbitBroker", "faststream"),
    ("pure", "../shared/events/event.py", "import structlog", "structlog"),
    ("pure", "../shared/clock.py", "import pymongo", "services.callback.domain"),
    ("drivers", "callback/handlers.py", "import httpx", "httpx"),
    ("drivers", "callback/handlers.py", "from pymongo.errors import PyMongoError", "pymongo"),
    ("drivers", "gateway/pages/home.py", "import httpx", "httpx"),
    ("drivers", "../shared/links.py", "import minio", "minio"),
    ("motor", "callback/store.py", "from motor.motor_asyncio import AsyncIOMotorClient", "motor"),
    ("drivers", "appointments/app.py", "import minio", "minio"),
]


def check_imports(tree: Path, *only: str) -> subprocess.CompletedProcess[str]:
    """Run the import linter in a tree."""
    chosen = [word for contract in only for word in ("--contract", contract)]
    command = [str(LINTER), "--no-cache", "--config", str(tree / "pyproject.toml"), *chosen]
    return subprocess.run(
        command,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary copy of the packages under contract."""
    tree = tmp_path_factory.mktemp("tree")
    for path in (ROOT / "pyproject.toml", *python_files("shared", "services")):
        target = tree / name_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return tree


@contextmanager
def broken(tree: Path, file: str, line: str) -> Iterator[None]:
    """Add a line to a file, which is made if need be together with its packages; take it back at the end."""
    path = (tree / "services" / file).resolve()
    before = path.read_bytes() if path.exists() else None
    made = next((folder for folder in reversed(path.parents) if not folder.exists()), None)
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in (path.parent, path.parent.parent):
        if made and folder.is_relative_to(made):
            (folder / "__init__.py").touch()
    path.write_bytes((before or b"") + f"\n{line}\n".encode())
    try:
        yield
    finally:
        if made:
            shutil.rmtree(made)
        elif before is None:
            path.unlink()
        else:
            path.write_bytes(before)


def test_contracts_hold() -> None:
    """Nothing in the tree imports what it must not."""
    result = check_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("contract", "file", "line", "named"), BREAKS, ids=[f"{b[0]}: {b[1]}: {b[2] or 'new room'}" for b in BREAKS]
)
def test_broken_contract_is_caught(copy: Path, contract: str, file: str, line: str, named: str) -> None:
    """A forbidden import, or a room that does not exist, fails the linter, which names it."""
    with broken(copy, file, line):
        result = check_imports(copy, contract)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
    assert named in result.stdout.partition("Broken contracts")[2]


def test_copy_is_whole_again(copy: Path) -> None:
    """The copy the cases share keeps the contracts; so each case failed for its own reason."""
    assert check_imports(copy).returncode == 0


def test_each_contract_is_broken_once() -> None:
    """No contract goes without a case that shows it at work."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert {contract["id"] for contract in settings["contracts"]} == {case[0] for case in BREAKS}


def test_linter_is_the_one_of_this_environment() -> None:
    """The linter that ran belongs to the interpreter that runs the tests."""
    assert LINTER.is_file(), f"pip install import-linter into {sys.prefix}"
