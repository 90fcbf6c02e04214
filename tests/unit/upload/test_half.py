"""A large photograph is judged at half its size: the same verdict, for less."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from services.upload.client.annotate import annotated
from services.upload.client.look import inspect_file
from services.upload.client.source import Source, open_page
from services.upload.domain.pixels import Copies, Picture
from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Milliseconds, PageReport
from tests.unit.upload.drawn import corners, encoded, letter, photograph

SIZE = (2401, 3201)  # pixels, odd on purpose
ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def photo() -> Picture:
    """A letter that fills a large photograph."""
    return large_photograph(margin=0.03)


def large_photograph(margin: float) -> Picture:
    """Return a letter on a desk as a camera of eight million pixels sees it."""
    page = cv2.resize(letter(), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    plain = photograph(page, corners(*SIZE, margin), SIZE)
    grain = np.random.default_rng(1).normal(0, 2, plain.shape)  # without it, no camera took the picture
    return np.clip(plain + grain, 0, 255).astype(np.uint8)


def kept(folder: Path, picture: Picture, exif: bytes = b"") -> Path:
    """Write a picture to a file and return it."""
    file = folder / "photo.jpg"
    file.write_bytes(encoded(picture, quality=92, exif=exif))
    return file


def judged(file: Path, *, half: bool) -> tuple[Source, PageReport]:
    """Return what was looked at, and the report without its times."""
    source, seen = inspect_file(file, half=half)
    return source, seen.report.model_copy(update={"ms": Milliseconds()})


@pytest.mark.parametrize("cut", [0, 200])
def test_half_the_size_gives_the_same_verdict(tmp_path: Path, photo: Picture, cut: int) -> None:
    """Verdict, reasons, cut sides and turn are those of the whole picture, and the corners are where they were."""
    file = kept(tmp_path, photo[: SIZE[1] - cut])
    (_, whole), (source, half) = judged(file, half=False), judged(file, half=True)
    assert source.copies.least == 2
    assert half.model_copy(update={"quad": whole.quad}) == whole
    assert whole.quad
    assert half.quad
    assert np.abs(np.subtract(half.quad, whole.quad)).max() < 0.002 * SIZE[1]


def test_a_page_far_away_is_measured_in_full_size(tmp_path: Path) -> None:
    """Where the page has few pixels, none of them is given away."""
    source, report = judged(kept(tmp_path, large_photograph(margin=0.25)), half=True)
    assert source.copies.least == 1
    assert (report.width, report.height) == SIZE


@pytest.mark.parametrize("orientation", range(1, 9))
def test_half_is_turned_as_the_whole_is(tmp_path: Path, photo: Picture, orientation: int) -> None:
    """However the camera was held, the half shows what the whole shows."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    source = open_page(kept(tmp_path, photo, exif=exif.tobytes()), half=True)
    half = source.copies.smaller(2)
    assert source.copies.least == 2
    assert source.size == (source.picture.shape[1], source.picture.shape[0])
    expected = cv2.resize(source.picture, half.shape[1::-1], interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(half.astype(int) - expected).mean() < 3


def test_smaller_copies_are_made_of_the_half(tmp_path: Path, photo: Picture) -> None:
    """Nobody decodes the whole for a copy that the half is enough for; an odd one is made of the whole."""
    copies = open_page(kept(tmp_path, photo), half=True).copies
    assert [copies.smaller(times).shape[:2] for times in (4, 6)] == [(800, 600), (533, 400)]
    assert copies.halved(800).shape == copies.smaller(4).shape
    assert copies.halved_to(801).shape == copies.smaller(2).shape
    assert copies.least == 2
    assert copies.smaller(3).shape[:2] == (1067, 800)
    assert copies.least == 1


def test_a_small_photograph_is_taken_whole(tmp_path: Path) -> None:
    """Half of a picture that is not large would not do."""
    assert open_page(kept(tmp_path, photograph(letter(), corners(1500, 2000))), half=True).copies.least == 1


def test_a_missing_end_is_noticed_in_half_size_too(tmp_path: Path, photo: Picture) -> None:
    """A file that breaks off is no page, however it is decoded."""
    file = kept(tmp_path, photo)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(RefusedFileError, match="truncated"):
        open_page(file, half=True)


def test_the_annotated_picture_is_drawn_without_the_whole(tmp_path: Path, photo: Picture) -> None:
    """The small picture for the phone has its usual size."""
    source, seen = inspect_file(kept(tmp_path, photo), half=True)
    drawn = cv2.imdecode(np.frombuffer(annotated(source.copies, seen.report), np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    assert drawn.shape[1::-1] == (600, 800)
    assert source.copies.least == 2


def test_copies_of_a_picture_in_memory_need_no_half() -> None:
    """Each is made of the next larger one."""
    copies = Copies(np.arange(24 * 36 * 3, dtype=np.uint8).reshape(24, 36, 3))
    assert [copies.smaller(times).shape[:2] for times in (1, 2, 3, 4, 6)] == [
        (24, 36),
        (12, 18),
        (8, 12),
        (6, 9),
        (4, 6),
    ]
    assert copies.size == (36, 24)
