"""A process of services that cannot start says why in one line, and what to do."""

import os
import socket
import subprocess
import sys

import pytest

from deploy.local.ports import free_port


def start(*services: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run services with settings of their own, until they give up."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AMTSBOTE_")}
    command = [sys.executable, "-m", "services", *services]
    return subprocess.run(command, env=plain | settings, capture_output=True, text=True, check=False, timeout=120)


def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    """Somebody else's port ends the process with exit code 1 and the setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = start("callback", AMTSBOTE_OPERATIONS_PORT=str(port))
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "AMTSBOTE_OPERATIONS_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_setting_is_named() -> None:
    """A gateway without the secret of its links does not start, and names the setting."""
    done = start("gateway", AMTSBOTE_OPERATIONS_PORT=str(free_port()))
    assert done.returncode == 2
    assert "AMTSBOTE_LINK_SECRET" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [("AMTSBOTE_OPERATIONS_PORT", "many"), ("AMTSBOTE_RETRY_DELAYS_MS", "[]"), ("AMTSBOTE_RETRY_DELAYS_MS", "[0]")],
)
def test_a_wrong_setting_of_the_process_is_named(setting: str, value: str) -> None:
    """What concerns every service is refused like a service's own setting."""
    done = start("callback", **{setting: value})
    assert done.returncode == 2
    assert f"{setting}: " in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_command_without_its_database_says_so() -> None:
    """Who invites citizens while the database is away reads one line, not a stack of frames."""
    done = start("codes", "new", AMTSBOTE_MONGO_URL="mongodb://127.0.0.1:9/")
    assert (done.returncode, done.stdout) == (1, "")
    assert "AMTSBOTE_MONGO_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_service_is_named_with_those_there_are() -> None:
    """A service that does not exist is refused before anything starts."""
    done = start("run", "postoffice")
    assert done.returncode == 2
    assert "postoffice" in done.stderr
    assert "upload" in done.stderr
