"""The system map names every service there is, pins what it runs, and carries no secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.names import names

ROOT = Path(__file__).parents[3]
SERVERS = {"rabbitmq", "mongodb", "objects", "proxy"}


@pytest.fixture(scope="module")
def containers() -> dict[str, dict[str, Any]]:
    """The containers by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


def test_every_service_has_its_container(containers: dict[str, dict[str, Any]]) -> None:
    """One container per folder under services/, and each runs just that one."""
    assert set(containers) - SERVERS == set(names())
    assert all(containers[name]["command"] == [name] for name in names())


def test_every_container_says_whether_it_is_well(containers: dict[str, dict[str, Any]]) -> None:
    """What depends on a server waits for a check, never for a number of seconds."""
    assert all(container["healthcheck"]["test"] for container in containers.values())
    waits = [wait for container in containers.values() for wait in container.get("depends_on", {}).values()]
    assert waits
    assert {wait["condition"] for wait in waits} == {"service_healthy"}


def test_no_broker_is_no_reason_to_close_the_door(containers: dict[str, dict[str, Any]]) -> None:
    """The proxy starts once the gateway works; `/ready` would have it wait for the broker, without which it accepts."""
    asked = {name: str(containers[name]["healthcheck"]["test"]) for name in names()}
    assert {name for name, test in asked.items() if "/live" in test} == {"gateway"}
    assert "rabbitmq" not in containers["gateway"]["depends_on"]


def test_services_get_time_to_end(containers: dict[str, dict[str, Any]]) -> None:
    """Longer than a service's own patience with what it is at."""
    assert {containers[name]["stop_grace_period"] for name in names()} == {"40s"}


def test_what_ends_is_started_again(containers: dict[str, dict[str, Any]]) -> None:
    """A process that does not work any more ends itself, and counts on this."""
    assert {container["restart"] for container in containers.values()} == {"unless-stopped"}


def test_images_are_pinned(containers: dict[str, dict[str, Any]]) -> None:
    """The same version tomorrow as today."""
    assert all(
        re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?(-\w+)?", container["image"]) for container in containers.values()
    )


def test_no_secret_has_a_default() -> None:
    """A secret that is missing stops the start; it is never filled in."""
    text = (ROOT / "compose.yaml").read_text()
    wanted = re.findall(r"^([A-Z0-9_]+)=$", (ROOT / "deploy/example.env").read_text(), re.MULTILINE)
    assert wanted
    for name in wanted:
        assert f"${{{name}:?" in text, f"{name} is not required"
        assert f"${{{name}:-" not in text, f"{name} has a default"


def test_only_the_proxy_faces_the_world(containers: dict[str, dict[str, Any]]) -> None:
    """Other published ports stay on this machine unless somebody says otherwise."""
    published = {name: container["ports"] for name, container in containers.items() if "ports" in container}
    assert published.pop("proxy")
    assert all("127.0.0.1" in port for ports in published.values() for port in ports)
