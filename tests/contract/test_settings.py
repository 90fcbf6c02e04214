"""What an operator may set is listed in full, explained, and tells no secret."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import services
from services.command import command
from services.configuration import kinds, kinds_of, settings_of

Listing = Callable[[], dict[str, dict[str, str | bool]]]


@pytest.fixture
def listing() -> Listing:
    """Run the command; return what it says, by variable."""

    def run() -> dict[str, dict[str, str | bool]]:
        result = CliRunner().invoke(command, ["settings", "--json"])
        assert result.exit_code == 0, result.output
        return {line["variable"]: line for line in map(json.loads, result.stdout.splitlines())}

    return run


def test_every_setting_says_what_it_is_for() -> None:
    """No setting is without a description, and all services' settings are there."""
    found = [setting for kind in kinds() for setting in settings_of(kind)]
    assert not [setting.variable for setting in found if not setting.about]
    assert {"AMTSBOTE_RABBIT_URL", "AMTSBOTE_GATEWAY_PORT", "AMTSBOTE_UPLOAD_PROCESSES"} <= {s.variable for s in found}


def test_a_service_without_settings_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new service needs no room for settings, as long as there is nothing to set."""
    (tmp_path / "counting").mkdir()
    (tmp_path / "counting" / "__init__.py").touch()
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
    assert kinds_of("counting") == []
    assert [kind.__name__ for kind in kinds_of("callback")] == ["CallbackSettings"]


def test_what_differs_is_marked_and_secrets_stay_secret(monkeypatch: pytest.MonkeyPatch, listing: Listing) -> None:
    """A changed value is told apart from a default; of a secret only that it was set."""
    assert not any(line["changed"] for line in listing().values() if line["variable"] == "AMTSBOTE_GATEWAY_MAX_PAGES")
    monkeypatch.setenv("AMTSBOTE_GATEWAY_MAX_PAGES", "7")
    monkeypatch.setenv("AMTSBOTE_RABBIT_URL", "amqp://user:hunter2@broker/")
    found = listing()
    assert (found["AMTSBOTE_GATEWAY_MAX_PAGES"]["value"], found["AMTSBOTE_GATEWAY_MAX_PAGES"]["changed"]) == ("7", True)
    assert found["AMTSBOTE_RABBIT_URL"]["changed"]
    assert "hunter2" not in json.dumps(found)


def test_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that does not fit ends with exit code 2 and the name of the setting."""
    monkeypatch.setenv("AMTSBOTE_GATEWAY_MAX_PAGES", "many")
    result = CliRunner().invoke(command, ["settings"])
    assert (result.exit_code, "AMTSBOTE_GATEWAY_MAX_PAGES: " in result.output) == (2, True)
