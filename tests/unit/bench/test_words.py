"""No line of a picture is missing in its document, and the comparison that says so would see one."""

import os
from itertools import islice
from pathlib import Path

import pytest

from bench.frames import MADE, Made, framed
from bench.papers import photographed
from bench.words import Kept, kept, labelled
from examples.paper.jpeg import encode
from services.upload.domain.geometry import Points
from shared.events.outline import Outline

PHOTOS = Path(os.environ.get("AMTSBOTE_PHOTOS", "/nowhere"))
REAL = list(islice(labelled(PHOTOS), 2)) if PHOTOS.is_dir() else []
LEAST = 0.97  # of the words: two readings of one page differ a little


def whole(found: Kept) -> bool:
    """Tell whether the document has each line, and nearly every word."""
    return found.lost_lines == () and found.kept >= LEAST * found.words


@pytest.mark.parametrize("made", MADE)
def test_what_fills_the_picture_is_in_the_document(made: Made, tmp_path: Path) -> None:
    """Cropped inside its margins: held closely, scanned, or drawn by a program."""
    file = tmp_path / "filled.jpg"
    file.write_bytes(encode(framed(MADE.index(made), made, spoilt=False).picture[:, :, ::-1]))
    found = kept(file)
    assert found.words > 50
    assert whole(found)


def test_a_line_outside_the_outline_is_seen_to_be_lost(tmp_path: Path) -> None:
    """By an outline of the upper half, the lower half's lines are named."""
    paper = next(photographed(1, tmp_path))
    upper = Outline(quad=((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)))
    assert whole(kept(paper.file))
    assert len(kept(paper.file, outline=upper).lost_lines) > 3


@pytest.mark.skipif(not REAL, reason="AMTSBOTE_PHOTOS names no folder of photographs")
@pytest.mark.parametrize(("photo", "page"), REAL, ids=[file.stem for file, _ in REAL])
def test_what_stands_on_a_real_page_is_in_the_document(photo: Path, page: Points) -> None:
    """Of two photographs; `python -m bench pages --words 8` looks through them all."""
    found = kept(photo, page)
    assert found.words > 50
    assert whole(found)
