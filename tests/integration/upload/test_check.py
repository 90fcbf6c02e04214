"""The check of one photographed page, through a real child process."""

import io
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image

from services.upload.client.workers import Workers
from services.upload.domain.pixels import Picture
from tests.unit.upload.drawn import corners, cut_off, encoded, letter, photograph


@cache
def whole() -> Picture:
    """Return the photograph of a letter."""
    return photograph(letter(), corners(1500, 2000))


@cache
def cut() -> Picture:
    """Return one that lacks the lowest tenth."""
    return cut_off(letter())


def with_a_place(picture: Picture) -> bytes:
    """Return a JPEG that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(picture, exif=exif, quality=90)


async def test_a_whole_sharp_page_is_good(workers: Workers) -> None:
    """Corners within one percent, upright, no reason to complain."""
    report = (await workers.check(encoded(whole()))).report
    assert (report.verdict, report.reasons, report.cut, report.rotate_cw) == ("good", (), (), 0)
    assert report.quad is not None
    assert abs(np.array(report.quad) - corners(1500, 2000)).max() < 20
    assert 0 < report.ms.decode < report.ms.total


async def test_a_missing_strip_asks_for_a_new_picture(workers: Workers) -> None:
    """The bottom is cut off: that is the main reason, as the reader sees it."""
    report = (await workers.check(encoded(cut()))).report
    assert (report.verdict, report.reasons[0], report.cut, report.cut_reader) == ("retake", "cut", ("B",), ("B",))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda p: cv2.GaussianBlur(p, (0, 0), 5), "blurred"),
        (lambda p: cv2.blur(p, (25, 1)), "blurred"),
        (lambda p: (p * 0.15).astype(np.uint8), "too_dark"),
        (lambda p: cv2.resize(p, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), "too_small"),
    ],
)
async def test_what_cannot_be_read_is_said(workers: Workers, spoil: Callable[[Picture], Picture], reason: str) -> None:
    """A blurred, shaken, dark or tiny page is to be taken again, for that reason."""
    report = (await workers.check(encoded(spoil(whole()), quality=95))).report
    assert report.verdict == "retake"
    assert reason in report.reasons


def shaded(photo: Picture) -> Picture:
    """Return a photograph with the shadow of a phone across it."""
    photo = photo.copy()
    photo[700:1100] = (photo[700:1100] * 0.4).astype(np.uint8)
    return photo


def shining(photo: Picture) -> Picture:
    """Return a photograph, a little less bright, with a lamp mirrored in the lines."""
    light = np.zeros(photo.shape[:2], np.float32)
    cv2.ellipse(light, ((700, 600), (420, 300), 0), 300, -1)
    soft = cv2.GaussianBlur(light, (0, 0), 15)[..., None]
    return np.asarray(np.clip(photo * 0.85 + soft, 0, 255), np.uint8)


def held(photo: Picture) -> Picture:
    """Return a photograph with two fingers over the beginning of some lines."""
    photo = photo.copy()
    for y in (780, 900):
        cv2.line(photo, (0, y + 60), (420, y), (120, 150, 205), 110, cv2.LINE_AA)
    return photo


@pytest.mark.parametrize(("spoil", "reason"), [(shaded, "shadow"), (shining, "glare"), (held, "fingers")])
async def test_what_lies_on_the_writing_is_said(
    workers: Workers, spoil: Callable[[Picture], Picture], reason: str
) -> None:
    """Each is the one reason; a shadow leaves the page usable, what hides words does not."""
    spoilt = await workers.check(encoded(spoil(whole())))
    assert spoilt.report.reasons == (reason,)
    assert spoilt.report.verdict == ("usable" if reason == "shadow" else "retake")


async def test_a_desk_without_a_page_is_no_page(workers: Workers) -> None:
    """Nothing is found where nothing lies."""
    report = (await workers.check(encoded(photograph(letter(), corners(1500, 2000) + 5000)))).report
    assert (report.verdict, report.reasons[0], report.quad) == ("retake", "no_page", None)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "HEIF", "PDF"])
async def test_other_formats_are_pages_too(workers: Workers, form: str) -> None:
    """HEIC, PNG, WebP, TIFF and PDF are read like JPEG."""
    if form == "HEIF":
        import pillow_heif  # noqa: PLC0415 - only here a test needs to write it

        pillow_heif.register_heif_opener()
    photo = photograph(letter(), corners(900, 1200), (900, 1200))
    report = (await workers.check(encoded(photo, form))).report
    assert report.verdict == "good"
    assert report.width / report.height == pytest.approx(0.75, abs=0.01)


async def test_the_annotated_picture_is_small_upright_and_bare(workers: Workers) -> None:
    """About 600 pixels wide, turned for the reader, an arrow in its colour, no EXIF data."""
    checked = await workers.check(with_a_place(np.ascontiguousarray(np.rot90(cut()))))
    assert checked.worst.annotated is not None
    shown = Image.open(io.BytesIO(checked.worst.annotated))
    assert 400 <= shown.width <= 620
    assert shown.height > shown.width
    assert not shown.getexif()
    red, green, blue = (np.asarray(shown, int)[..., band] for band in range(3))
    middle = slice(shown.width * 2 // 5, shown.width * 3 // 5)
    arrow = ((red > 180) & (green < 90) & (blue < 90))[:, middle]
    assert arrow[-shown.height // 4 :].sum() > 2 * arrow[: shown.height // 4].sum()
