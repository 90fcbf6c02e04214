"""The lock files: complete, hashed, free of addresses, and one version of everything."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name: str) -> dict[str, str]:
    """Return package -> version."""
    return dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_a_hash_and_no_address(name: str) -> None:
    """Whoever installs it chooses the index; what comes from there is checked."""
    text = (ROOT / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9_.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(name))
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|^--|file:", text, re.MULTILINE)


def test_containers_run_the_versions_that_were_tested() -> None:
    """The runtime lock is a part of the other one."""
    runtime, everything = map(pins, LOCKS)
    assert runtime.items() <= everything.items()
    assert "pytest" not in runtime


def test_what_the_project_asks_for_is_locked() -> None:
    """A dependency added to pyproject.toml needs `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [
        *project["dependencies"],
        *project["optional-dependencies"]["local"],
        *project["optional-dependencies"]["dev"],
    ]
    names = {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower().replace("_", "-") for requirement in asked}
    assert names <= set(pins("requirements-dev.lock"))
    assert "opencv-python" not in pins("requirements-dev.lock")
