"""A storm in parts is judged as one."""

from pathlib import Path

from typer import Typer
from typer.testing import CliRunner

from tests.storm.sums import keep, main

app = Typer()
app.command()(main)


def test_parts_add_up_and_one_that_is_missing_or_broke_a_promise_is_told(tmp_path: Path) -> None:
    """The sums stand in a table; a loss in one part, or a part that never ended, is a failure of the whole."""
    parts = [tmp_path / "1", tmp_path / "2", tmp_path / "3"]
    for part in parts:
        part.mkdir()
    keep(parts[0], {"faults": 100, "lost": 0})
    keep(parts[1], {"faults": 25, "lost": 0})
    keep(parts[2], {"faults": 1, "lost": 2})
    good = CliRunner().invoke(app, [str(part) for part in parts[:2]])
    assert (good.exit_code, "125" in good.output) == (0, True)
    assert CliRunner().invoke(app, [str(part) for part in parts]).exit_code == 1
    assert CliRunner().invoke(app, [str(parts[0]), str(tmp_path / "4")]).exit_code == 1
