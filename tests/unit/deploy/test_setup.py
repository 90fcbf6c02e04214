"""Set-up says what it does, shows the noise only of what failed, and rests when nothing changed."""

import hashlib
import sys
from pathlib import Path

import pytest

from deploy.setup import clean, environment
from deploy.setup.step import SetupFailed, quietly, step


def test_a_step_that_works_is_one_timed_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What the command prints stays hidden; the step's line carries its seconds."""
    with step("A step"):
        quietly((sys.executable, "-c", "print('noise')"))
    said = capsys.readouterr().out
    assert "noise" not in said
    assert said.splitlines()[-1].startswith("A step ...")
    assert said.rstrip().endswith(" s")


def test_a_step_that_fails_shows_the_noise(capsys: pytest.CaptureFixture[str]) -> None:
    """The error carries what the command wrote, the command and its status."""
    with pytest.raises(SetupFailed, match=r"(?s)no such package.*status 7"), step("A step"):
        quietly((sys.executable, "-c", "import sys; print('no such package'); sys.exit(7)"))
    assert "failed" in capsys.readouterr().out


def test_asking_how_to_clean_removes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--help` is a question."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["clean", "--help"])
    Path(".local").mkdir()
    with pytest.raises(SystemExit):
        clean.main()
    assert Path(".local").exists()


def test_a_changed_lock_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment counts as current for exactly this lock file and this Python."""
    monkeypatch.chdir(tmp_path)
    lock = Path("requirements-dev.lock")
    lock.write_text("a==1")
    assert not environment.is_current()
    environment.STAMP.parent.mkdir()
    environment.STAMP.write_text(f"{sys.version} {hashlib.sha256(b'a==1').hexdigest()}")
    assert environment.is_current()
    lock.write_text("a==2")
    assert not environment.is_current()


def test_the_installer_comes_by_hash_from_the_lock_file() -> None:
    """Its own part of the lock is one requirement with all of its hashes."""
    first, *hashes = environment.part_of(Path("requirements-dev.lock").read_text(), "uv").splitlines()
    assert first.startswith("uv==")
    assert len(hashes) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)
