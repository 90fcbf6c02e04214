"""The check of one photographed page, through a real child process."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from services.upload.client.workers import Workers
from services.upload.domain.pixels import Picture
from tests.unit.upload.drawn import corners, cut_off, encoded, letter, photograph

CUT = cut_off(letter())
WHOLE = photograph(letter(), corners(1500, 2000))
ORIENTATION = 0x0112
# EXIF orientation: how the stored picture has to be changed so that a viewer shows it as it was.
STORED = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: np.rot90(p, 2),
    4: lambda p: p[::-1],
    5: lambda p: np.rot90(p, 1)[::-1],
    6: lambda p: np.rot90(p, 1),
    7: lambda p: np.rot90(p, 3)[::-1],
    8: lambda p: np.rot90(p, 3),
}


def with_exif(picture: Picture, orientation: int) -> bytes:
    """Return a JPEG stored turned, with the EXIF orientation that turns it back, and a place in its GPS data."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(np.ascontiguousarray(STORED[orientation](picture)), exif=exif, quality=90)


async def test_a_whole_sharp_page_is_good(workers: Workers) -> None:
    """Corners within one percent, upright, no reason to complain."""
    report = (await workers.check(encoded(WHOLE))).report
    assert (report.verdict, report.reasons, report.cut, report.rotate_cw) == ("good", (), (), 0)
    assert report.quad is not None
    assert abs(np.array(report.quad) - corners(1500, 2000)).max() < 20
    assert 0 < report.ms.decode < report.ms.total


async def test_a_missing_strip_asks_for_a_new_picture(workers: Workers) -> None:
    """The bottom is cut off: that is the main reason, as the reader sees it."""
    report = (await workers.check(encoded(CUT))).report
    assert (report.verdict, report.reasons[0], report.cut, report.cut_reader) == ("retake", "cut", ("B",), ("B",))


@pytest.mark.parametrize(("turns", "border"), [(1, "R"), (2, "T"), (3, "L")])
async def test_the_reader_sees_the_same_side_cut_however_the_phone_was_held(
    workers: Workers, turns: int, border: str
) -> None:
    """Picture borders differ with the rotation, the reader's side does not."""
    photo = np.ascontiguousarray(np.rot90(CUT, turns))
    report = (await workers.check(encoded(photo))).report
    assert (report.cut, report.cut_reader, report.rotate_cw) == ((border,), ("B",), 90 * turns)


@pytest.mark.parametrize("orientation", STORED)
async def test_exif_orientation_is_applied(workers: Workers, orientation: int) -> None:
    """However the file stores it, the report is on the picture as people see it."""
    report = (await workers.check(with_exif(WHOLE, orientation))).report
    assert (report.width, report.height, report.rotate_cw, report.verdict) == (1500, 2000, 0, "good")
    assert abs(np.array(report.quad) - corners(1500, 2000)).max() < 20


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.integers(0, 3), scale=st.floats(0.6, 1.4))
async def test_rotation_and_scale_do_not_change_the_verdict(workers: Workers, turns: int, scale: float) -> None:
    """The same photograph, turned and scaled, keeps its reader-side verdict, and its corners within one percent."""
    scaled = cv2.resize(CUT, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    upright = (await workers.check(encoded(scaled, "PNG"))).report
    report = (await workers.check(encoded(np.ascontiguousarray(np.rot90(scaled, turns)), "PNG"))).report
    assert (report.verdict, report.cut_reader) == (upright.verdict, upright.cut_reader) == ("retake", ("B",))
    size = max(report.width, report.height)
    assert abs(_turned_back(report.quad, turns, scaled) - np.array(upright.quad)).max() < 0.01 * size


def _turned_back(quad: object, turns: int, upright: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return corners found in a picture turned counter-clockwise as they lie in the upright one, TL first."""
    height, width = upright.shape[:2]
    points = np.array(quad, float)
    for _ in range(turns % 4):
        width, height = height, width
    for _ in range(turns % 4):
        points = np.stack([height - points[:, 1], points[:, 0]], axis=1)
        width, height = height, width
    return np.roll(points, -int(points.sum(axis=1).argmin()), axis=0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda p: cv2.GaussianBlur(p, (0, 0), 5), "blurred"),
        (lambda p: cv2.blur(p, (25, 1)), "blurred"),
        (lambda p: (p * 0.15).astype(np.uint8), "too_dark"),
        (lambda p: cv2.resize(p, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), "too_small"),
    ],
)
async def test_what_cannot_be_read_is_said(workers: Workers, spoil: object, reason: str) -> None:
    """A blurred, shaken, dark or tiny page is to be taken again, for that reason."""
    report = (await workers.check(encoded(spoil(WHOLE), quality=95))).report  # type: ignore[operator]  # a lambda
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
    spoilt = await workers.check(encoded(spoil(WHOLE)))
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
    report = (await workers.check(encoded(WHOLE, form))).report
    assert report.verdict == "good"
    assert report.width / report.height == pytest.approx(0.75, abs=0.01)


async def test_the_annotated_picture_is_small_upright_and_bare(workers: Workers) -> None:
    """About 600 pixels wide, turned for the reader, an arrow in its colour, no EXIF data."""
    checked = await workers.check(with_exif(np.ascontiguousarray(np.rot90(CUT)), 1))
    assert checked.annotated is not None
    shown = Image.open(io.BytesIO(checked.annotated))
    assert 400 <= shown.width <= 620
    assert shown.height > shown.width
    assert not shown.getexif()
    red, green, blue = (np.asarray(shown, int)[..., band] for band in range(3))
    middle = slice(shown.width * 2 // 5, shown.width * 3 // 5)
    arrow = ((red > 180) & (green < 90) & (blue < 90))[:, middle]
    assert arrow[-shown.height // 4 :].sum() > 2 * arrow[: shown.height // 4].sum()
