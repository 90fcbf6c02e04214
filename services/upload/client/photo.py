"""Decodes JPEG, HEIC, AVIF, PNG, WebP and TIFF, each size checked before a pixel is touched."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from services.upload.client.tiff import is_tiff, one_page, tiff_pages
from services.upload.domain.pixels import Copies, Picture
from services.upload.domain.refusal import RefusedFileError

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF")  # by JPEG's reader also MPO
BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, RuntimeError, struct.error, zlib.error)
STILL = ("JPEG", "MPO", "HEIF")  # further frames are depth maps and thumbnails, not pages
LEAST_SIDE = 64  # pixels
SCAN = b"\xff\xda"  # a JPEG of many goes over all its pixels as many times
MOST_WORK = 3_000_000_000  # pixels times scans: the largest progressive pictures have a third of that
WHITES = (1, 255, 4095, 65535)  # what white is in fractions, 8, 12 and 16 bits
ORIENTATION = 0x0112  # EXIF
SIDEWAYS = (5, 6, 7, 8)  # orientations in which width and height change places
OBLONG, TOO_OBLONG = 1.2, 5.0  # times as high as wide: between them the dots of a fax, beyond them a mistake
LARGE = 3000  # pixels on the longer side of a JPEG: half of them are enough to find a page and judge it


def prepare() -> None:
    """Teach Pillow HEIC, and leave the size of pictures to our own limit."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def decode_photo(file: Path, page: int, *, pixels: int, most: int, half: bool = False) -> tuple[Copies, int]:
    """Return one page of a picture file in B, G, R, upright by its EXIF data, and how many pages it has.

    Args:
        file: the file.
        page: the number of the page, from 0.
        pixels: how many a page may have.
        most: how many pages the file may have.
        half: decode a large JPEG at half its size, and the whole only if somebody asks for it.

    Raises:
        RefusedFileError: if it is no picture, damaged, truncated, animated, or larger than allowed.
    """
    with _faults(), _opened(file, page, most) as (opened, pages):
        _guard_size(opened, pixels)
        if half and _is_plain(opened) and max(opened.size) >= LARGE:
            return _half(_checked(file, opened), opened), pages
        picture = _decode(file, opened)  # first: to find EXIF data some readers read it all, and hide its faults
        return Copies(_oriented(_square(picture, opened, pixels), _turn(opened))), pages


@contextmanager
def _faults() -> Iterator[None]:
    """Say of whatever a decoder raises what it means for the file."""
    try:
        yield
    except UnidentifiedImageError as error:
        raise RefusedFileError("damaged") from error
    except MemoryError as error:
        raise RefusedFileError("out_of_memory") from error
    except BROKEN as error:
        raise RefusedFileError("truncated" if "truncated" in str(error).lower() else "damaged") from error


def count_pictures(file: Path, most: int) -> int:
    """Return how many pages a picture file has, whether or not they can be decoded.

    Raises:
        RefusedFileError: if it is damaged as a whole, or has more than `most`.
    """
    with _faults():
        return len(_directories(file, most)) if _is_tiff(file) else 1


@contextmanager
def _opened(file: Path, page: int, most: int) -> Iterator[tuple[Image.Image, int]]:
    """Open one page of a picture file; with it comes how many there are."""
    places = _directories(file, most) if _is_tiff(file) else [0]
    if page >= len(places):
        raise RefusedFileError("no_such_page")
    alone = one_page(file, places[page]) if places[page] else file
    with Image.open(alone, formats=FORMATS) as opened:
        if opened.format not in (*STILL, "TIFF") and getattr(opened, "n_frames", 1) > 1:
            raise RefusedFileError("animated")
        yield opened, len(places)


def _is_tiff(file: Path) -> bool:
    with file.open("rb") as opened:
        return is_tiff(opened.read(4))


def _directories(file: Path, most: int) -> list[int]:
    if places := tiff_pages(file, most):
        return places
    raise RefusedFileError("damaged")


def _turn(opened: Image.Image) -> object:
    """Return the EXIF orientation; what is no number of it, or cannot be read, is none."""
    if opened.format == "TIFF":
        return 1  # Pillow turns these by itself
    try:
        return opened.getexif().get(ORIENTATION, 1)
    except BROKEN:
        return 1


def _guard_size(opened: Image.Image, pixels: int) -> None:
    if opened.width * opened.height > pixels:
        raise RefusedFileError("too_many_pixels")
    if min(opened.size) < LEAST_SIDE:
        raise RefusedFileError("too_few_pixels")


def _decode(file: Path, opened: Image.Image) -> Picture:
    if opened.format not in ("JPEG", "MPO"):
        return _colour(opened)
    data = _checked(file, opened)
    return _jpeg(data) if _is_plain(opened) else _colour(opened)


def _is_plain(opened: Image.Image) -> bool:
    """Tell whether a picture is a JPEG in colour or grey, which is decoded without Pillow."""
    return opened.format in ("JPEG", "MPO") and opened.mode in ("RGB", "L")


def _checked(file: Path, opened: Image.Image) -> bytes:
    """Return the bytes of a JPEG that takes no endless work."""
    data = file.read_bytes()
    if data.count(SCAN) * opened.width * opened.height > MOST_WORK:
        raise RefusedFileError("too_complex")
    return data


def _half(data: bytes, opened: Image.Image) -> Copies:
    """Decode a JPEG at half its size, which takes two thirds of the time and a quarter of the memory."""
    width, height = opened.size
    half = _jpeg(data, least=(-(-width // 2), -(-height // 2)))[: height // 2, : width // 2]
    turn = _turn(opened)

    def whole() -> Picture:
        with _faults():
            return _oriented(_jpeg(data), turn)

    return Copies.of_half(_oriented(half, turn), (height, width) if turn in SIDEWAYS else (width, height), whole)


def _jpeg(data: bytes, least: tuple[int, int] = (0, 0)) -> Picture:
    """Decode a JPEG, as small as may be with at least so many pixels if any are named.

    Of the faults a decoder can get over, only a missing end is not forgiven.
    """
    decode = partial(simplejpeg.decode_jpeg, data, "BGR", min_width=least[0], min_height=least[1])
    try:
        return np.asarray(decode())
    except ValueError as error:
        if "premature end" in str(error).lower():
            raise RefusedFileError("truncated") from error
        return np.asarray(decode(strict=False))


def _square(picture: Picture, opened: Image.Image, pixels: int) -> Picture:
    """Return a TIFF whose dots are as wide as they are high: a fax has half as many lines as columns."""
    across, down = map(float, opened.info.get("dpi", (1, 1)) if opened.format == "TIFF" else (1, 1))
    if not (across > 0 and down > 0 and OBLONG < max(across / down, down / across) < TOO_OBLONG):
        return picture
    height, width = picture.shape[:2]
    size = (width, round(height * across / down)) if across > down else (round(width * down / across), height)
    if size[0] * size[1] > pixels:
        raise RefusedFileError("too_many_pixels")
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _colour(opened: Image.Image) -> Picture:
    """Return any Pillow picture as B, G, R: 16 bits scaled to 8, transparency laid on white."""
    if opened.mode == "F" or opened.mode.startswith("I"):
        return np.asarray(cv2.cvtColor(_shallow(np.asarray(opened, np.float32)), cv2.COLOR_GRAY2BGR), np.uint8)
    if opened.mode == "L" and not opened.has_transparency_data:
        return np.asarray(cv2.cvtColor(np.asarray(opened), cv2.COLOR_GRAY2BGR), np.uint8)
    if opened.has_transparency_data:
        layer = opened.convert("RGBA")
        opened = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    coloured = _from_lab(opened) if opened.mode == "LAB" else opened.convert("RGB")
    return np.asarray(cv2.cvtColor(np.asarray(coloured), cv2.COLOR_RGB2BGR), np.uint8)


def _from_lab(opened: Image.Image) -> Image.Image:
    """Return a picture in L*a*b*, which Pillow converts by colour profiles only, as RGB."""
    lab, rgb = (ImageCms.ImageCmsProfile(ImageCms.createProfile(name)) for name in ("LAB", "sRGB"))
    return ImageCms.ImageCmsTransform(lab, rgb, "LAB", "RGB").apply(opened)


def _shallow(deep: NDArray[np.float32]) -> Picture:
    """Return grey values as 8 bits; how many they had shows in the largest, for scanners write 12 bits into 16."""
    deep = np.nan_to_num(deep, posinf=0, neginf=0)
    largest = float(deep.max())
    white = next((full for full in WHITES if largest <= full), largest)
    return np.asarray(np.clip(deep * (255 / white), 0, 255), np.uint8)


def _oriented(picture: Picture, orientation: object) -> Picture:
    """Turn and mirror a picture as its EXIF orientation (1 to 8) asks; anything else leaves it as it is."""
    turns = {3: 2, 4: 2, 5: 3, 6: 3, 7: 1, 8: 1}.get(orientation, 0) if isinstance(orientation, int) else 0
    mirrored = orientation in (2, 4, 5, 7)
    if not (turns or mirrored):
        return picture
    upright = np.rot90(picture, turns)
    return np.ascontiguousarray(upright[:, ::-1] if mirrored else upright)
