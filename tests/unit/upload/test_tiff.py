"""The pages of a TIFF, counted and opened one by one: previews are none, and a broken one does not hide the others."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from services.upload.client.photo import count_pictures, decode_photo, prepare
from services.upload.client.tiff import tiff_pages
from services.upload.domain.refusal import RefusedFileError
from tests.corpus.tiffs import circle, directory, grey, tiff

PIXELS, MOST = 1_000_000, 30
SHADES = (40, 120, 200)


@pytest.fixture(autouse=True)
def _prepared() -> None:
    prepare()


def several(*kinds: dict[int, int]) -> bytes:
    """Return a TIFF with a page of 100 x 100 pixels for each of some more tags, each in its own shade of grey."""
    pictures = [Image.new("L", (100, 100), shade) for shade in SHADES[: len(kinds)]]
    out = io.BytesIO()
    for picture, tags in zip(pictures, kinds, strict=True):
        picture.encoderinfo = {"tiffinfo": tags}
    pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:], tiffinfo=kinds[0])
    return out.getvalue()


def kept(tmp_path: Path, data: bytes) -> Path:
    """Return a file with these bytes."""
    file = tmp_path / "page"
    file.write_bytes(data)
    return file


def shades(file: Path) -> list[int | str]:
    """Return the grey of each page, or why it cannot be read."""
    found: list[int | str] = []
    for page in range(count_pictures(file, MOST)):
        try:
            found.append(int(decode_photo(file, page, pixels=PIXELS, most=MOST)[0].picture[50, 50, 0]))
        except RefusedFileError as refused:
            found.append(refused.code)
    return found


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        (({}, {}, {}), [40, 120, 200]),
        (({254: 1}, {}, {}), [120, 200]),
        (({}, {254: 1}, {}), [40, 200]),
        (({254: 2}, {254: 3}, {254: 2}), [40, 200]),
        (({}, {254: 4}, {}), [40, 200]),
        (({255: 2}, {255: 3}, {255: 3}), [120, 200]),
        (({254: 1}, {254: 1}), [40]),
    ],
)
def test_smaller_copies_and_masks_are_no_pages(
    tmp_path: Path, kinds: tuple[dict[int, int], ...], left: list[int]
) -> None:
    """A preview before the page or behind it is not counted; a file of nothing else is one page."""
    assert shades(kept(tmp_path, several(*kinds))) == left


def test_a_first_page_that_nobody_can_open_hides_no_other(tmp_path: Path) -> None:
    """Its directory names a kind of colours that there is not; the pages behind it are there."""
    data = bytearray(several({}, {}, {}))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, entry) == (262,):
            struct.pack_into("<H", data, entry + 8, 999)
    assert shades(kept(tmp_path, bytes(data))) == ["damaged", 120, 200]


def test_a_page_whose_directory_was_lost_is_counted(tmp_path: Path) -> None:
    """A file that was cut off says that there was more; what is there is read."""
    data = several({}, {}, {})
    places = tiff_pages(kept(tmp_path, data), MOST)
    assert shades(kept(tmp_path, data[: places[2] + 1])) == [40, 120, "damaged"]


def test_directories_in_a_circle_end(tmp_path: Path) -> None:
    """Each is looked at once."""
    assert count_pictures(kept(tmp_path, circle()), MOST) == 2


def test_a_chain_of_previews_without_end_is_refused(tmp_path: Path) -> None:
    """A million copies of a page cost no more than some hundred."""
    one = directory([(254, 4, 1, 1), *grey(100, 100)], 0)
    chain = b"".join(one[:-4] + struct.pack("<I", 8 + len(one) * (n + 1)) for n in range(5000))
    with pytest.raises(RefusedFileError, match="too_many_pages"):
        count_pictures(kept(tmp_path, b"II*\x00" + struct.pack("<I", 8) + chain), MOST)


def test_a_tiff_without_directories_is_damaged(tmp_path: Path) -> None:
    """It has no page, not even one to be named."""
    with pytest.raises(RefusedFileError, match="damaged"):
        count_pictures(kept(tmp_path, b"MM\x00*" + bytes(4)), MOST)
    assert count_pictures(kept(tmp_path, tiff(grey(100, 100))), MOST) == 1
