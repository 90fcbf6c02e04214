"""`python -m services receipt`: what an office, a court or a citizen's friend can check without any server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.gateway.receipts import KEYS, RECEIPTS, document, pdf


def receipt(*words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command with settings of its own."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AMTSBOTE_")}
    command = [sys.executable, "-m", "services", "receipt", *map(str, words)]
    return subprocess.run(command, env=plain | settings, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A genuine receipt, a changed one, and the office's public keys."""
    made = tmp_path_factory.mktemp("receipts")
    (made / "jwks.json").write_text(json.dumps(KEYS.public()))
    (made / "receipt.pdf").write_bytes(pdf())
    (made / "changed.pdf").write_bytes(pdf().replace(b"obj", b"Obj", 1))
    (made / "receipt.jws").write_text(RECEIPTS.of(document(), "de").jws + "\n")
    return made


def test_genuine_receipt_is_told_in_full(folder: Path) -> None:
    """Exit code 0, and what was signed: number, time, every page's hash."""
    done = receipt("verify", folder / "receipt.pdf", "--keys", folder / "jwks.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("GENUINE")
    for said in ("K7Q2-M9XA-4", "Wednesday, 1 July 2026, 23:59:30", *(page.sha256 for page in document().pages)):
        assert said in done.stdout


def test_attached_signature_alone_says_what_was_not_checked(folder: Path) -> None:
    """The data are the office's, but nobody looked at the paper around them, and the answer says so."""
    done = receipt("verify", folder / "receipt.jws", "--keys", folder / "jwks.json")
    assert done.returncode == 0, done.stderr
    assert "PDF it belongs to was not checked" in done.stdout


def test_changed_receipt_is_not_genuine(folder: Path) -> None:
    """Exit code 1, and why."""
    done = receipt("verify", folder / "changed.pdf", "--keys", folder / "jwks.json")
    assert (done.returncode, done.stdout) == (1, "NOT GENUINE: the file was changed after it was signed.\n")


def test_what_cannot_be_checked_is_neither(folder: Path, tmp_path: Path) -> None:
    """No keys, no such file, a file of keys that is none: exit code 2, and what is missing; never a traceback."""
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    for words, named in (
        (("verify", folder / "receipt.pdf"), "--keys"),
        (("verify", folder / "receipt.pdf", "--keys", broken), "Key Set"),
        (("verify", tmp_path / "none.pdf", "--keys", folder / "jwks.json"), "No such file"),
        (("new-key",), "AMTSBOTE_GATEWAY_RECEIPT_KEYS"),
    ):
        done = receipt(*words)
        assert done.returncode == 2, done.stdout
        assert named in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr


def test_office_makes_a_key_and_checks_with_it(folder: Path, tmp_path: Path) -> None:
    """A new key file is private; the office's own setting stands in for --keys; a foreign receipt is not genuine."""
    keys = tmp_path / "keys.json"
    assert receipt("new-key", keys).returncode == 0
    assert keys.stat().st_mode & 0o077 == 0
    done = receipt("verify", folder / "receipt.pdf", AMTSBOTE_GATEWAY_RECEIPT_KEYS=str(keys))
    assert done.returncode == 1
    assert "not from this office" in done.stdout


def test_help_names_the_exit_codes() -> None:
    """Whoever writes a script finds them."""
    done = receipt("verify", "--help")
    assert done.returncode == 0
    assert "exits 0 if it is genuine, 1 if not, 2" in " ".join(done.stdout.split())
