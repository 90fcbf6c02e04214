"""Ports and credentials are kept from one start to the next, for their owner only."""

import socket
from pathlib import Path

import pytest

from deploy.local.ports import RANGE, SHARE, is_free
from deploy.local.remembered import Remembered


def test_ports_and_secrets_survive_a_restart(tmp_path: Path) -> None:
    """The same name gives the same answer after the file is read anew."""
    path = tmp_path / "remembered.json"
    first = Remembered(path)
    kept = first.port("a"), first.secret("b")
    second = Remembered(path)
    assert (second.port("a"), second.secret("b")) == kept


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    """Ports are told apart even while nobody listens on them yet."""
    remembered = Remembered(tmp_path / "remembered.json")
    ports = [remembered.port(str(number)) for number in range(20)]
    assert len(set(ports)) == 20
    assert all(port in RANGE for port in ports)


def test_all_ports_come_from_ones_own_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stacks with a share each never meet, not even while a server of one of them is down."""
    monkeypatch.setenv(SHARE, "21000-21009")
    remembered = Remembered(tmp_path / "remembered.json")
    assert {remembered.port(name, preferred=22000) for name in "abc"} <= set(range(21000, 21010))


def test_a_preferred_port_is_taken_only_if_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A friendly number is nice to have, and not worth a failed start."""
    monkeypatch.delenv(SHARE, raising=False)
    remembered = Remembered(tmp_path / "remembered.json")
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        taken = squatter.getsockname()[1]
        assert not is_free(taken)
        assert remembered.port("gateway", preferred=taken) != taken
    free = Remembered(tmp_path / "other.json").port("x")
    assert remembered.port("other", preferred=free) == free


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """The file has mode 0600 from its first byte on."""
    path = tmp_path / "remembered.json"
    Remembered(path).secret("a")
    assert path.stat().st_mode & 0o777 == 0o600
