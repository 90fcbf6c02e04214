"""Set-up says what it does, shows the noise only of what failed, and rests when nothing changed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.setup import clean, environment
from deploy.setup.step import SetupFailed, quietly, step

ROOT = Path(__file__).parents[3]


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that even root may not write")
@pytest.mark.parametrize(
    ("folder", "module"), [(".venv", "deploy.setup"), (".local", "deploy.local up")], ids=["set-up", "local stack"]
)
def test_a_folder_that_may_not_be_written_is_told_in_a_line(tmp_path: Path, folder: str, module: str) -> None:
    """A checkout on a read-only disk ends in one sentence that names the folder, not in a traceback."""
    for part in ("deploy", "shared", "services", "examples"):
        (tmp_path / part).symlink_to(ROOT / part)
    (tmp_path / "requirements-dev.lock").write_text("\nuv==1 \\\n    --hash=sha256:0\n    # via x\n")
    (tmp_path / folder).mkdir()
    read_only = f"mount -t tmpfs -o ro none {folder} && exec {sys.executable} -m {module}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", read_only], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert folder in done.stderr


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
