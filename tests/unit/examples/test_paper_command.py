"""``python -m examples.paper``: pictures, labels, and plain refusals."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image, ImageOps
from typer.testing import CliRunner

from examples.paper import fonts
from examples.paper.__main__ import main
from examples.paper.jpeg import Orientation, encode
from examples.paper.pair import Pair, label
from tests.letters import DAY, KIND, SEED


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "examples.paper", *arguments], capture_output=True, text=True, check=False
    )


def test_a_pair_is_written_with_its_truth(tmp_path: Path, pair: Pair) -> None:
    """Two JPEGs of 12 megapixels, the first cut at the bottom, a label each; another run gives the same bytes."""
    done = command("--out", str(tmp_path), "--type", KIND, "--seed", str(SEED), "--on", str(DAY))
    assert done.returncode == 0, done.stderr
    labels = json.loads((tmp_path / "labels.json").read_text())["items"]
    assert [item["cut"] for item in labels] == [["B"], []]
    assert [item["complete"] for item in labels] == [False, True]
    for item in labels:
        with Image.open(tmp_path / item["file"]) as picture:
            assert picture.size == (item["width"], item["height"]) == (3000, 4000)
        assert item["facts"]["numbers"]["customer"] in item["text"]
    assert (tmp_path / labels[1]["file"]).read_bytes() == encode(pair.retake.image)
    assert labels[0] == label(labels[0]["file"], pair.first, pair.letter)


@pytest.mark.parametrize("wish", [("--type", "liebesbrief"), ("--count", "0"), ("--desk", "moon")])
def test_a_wrong_wish_ends_with_a_usage_error(tmp_path: Path, wish: tuple[str, ...]) -> None:
    """Exit code 2 and what would have been right; nothing is written."""
    paper = typer.Typer()
    paper.command()(main)
    done = CliRunner().invoke(paper, ["--out", str(tmp_path), *wish])
    assert done.exit_code == 2
    assert wish[0] in done.stderr or wish[1] in done.stderr
    assert not list(tmp_path.iterdir())


def test_without_a_folder_it_is_a_usage_error() -> None:
    """Exit code 2, which a script sees, and the option that is missing."""
    done = command()
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Exit code 1 and one line, not a traceback."""
    (tmp_path / "file").write_text("in the way")
    done = command("--out", str(tmp_path / "file"))
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_a_missing_font_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who lacks a font reads what to install."""
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    fonts.font_file.cache_clear()
    with pytest.raises(fonts.FontMissingError, match="apt-get install fonts-liberation fonts-dejavu-core"):
        fonts.font_file("sans")


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_viewer_shows_a_turned_file_as_it_was_given(orientation: Orientation) -> None:
    """Whatever EXIF orientation a phone writes, the picture comes back upright."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20, :30] = 255
    with Image.open(io.BytesIO(encode(picture, 95, orientation))) as stored:
        seen = np.asarray(ImageOps.exif_transpose(stored))
    assert seen.shape == picture.shape
    assert np.abs(seen.astype(int) - picture).mean() < 3
