"""The main job, end to end: a photographed power-cut letter travels from a phone to an energy supplier."""

from pathlib import Path

import pytest

from tests.e2e.system import System

pytestmark = pytest.mark.live


async def test_demo_ends_well_and_says_what_happened(system: System, tmp_path: Path) -> None:
    """The demo exits with 0, and each promised step stands in its output."""
    done = system.run("examples.demo", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 11, done.stdout
    for shown in ("retake", "receipt", "document.pdf", "power_cut", "signature and SHA-256 verified", "promised"):
        assert shown in done.stdout


async def test_demo_takes_ones_own_photographs(system: System, photo: Path, tmp_path: Path) -> None:
    """`make demo PHOTOS=...` hands in the photographs it is given."""
    done = system.run("examples.demo", "--folder", str(tmp_path), str(photo))
    assert done.returncode == 0, done.stdout + done.stderr
