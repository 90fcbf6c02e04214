"""TIFFs that lead in circles, claim too much, or have more pages than a book."""

import io
import struct
from functools import partial

from PIL import Image

from tests.corpus.case import SEEN, Case, case
from tests.corpus.photo import image, saved

SHORT, LONG = 3, 4
Entry = tuple[int, int, int, int]  # tag, type, count, value


def directory(entries: list[Entry], following: int) -> bytes:
    """Return one directory of a little-endian TIFF."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)


def tiff(entries: list[Entry], following: int = 0, more: bytes = b"") -> bytes:
    """Return a TIFF with one directory at byte 8."""
    return b"II*\x00" + struct.pack("<I", 8) + directory(entries, following) + more


def grey(width: int, height: int, strip_bytes: int = 100) -> list[Entry]:
    """Return the entries of an uncompressed grey picture whose bytes begin at byte 8."""
    return [
        (256, LONG, 1, width),
        (257, LONG, 1, height),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 1),
        (273, LONG, 1, 8),
        (277, SHORT, 1, 1),
        (278, LONG, 1, height),
        (279, LONG, 1, strip_bytes),
    ]


def circle() -> bytes:
    """Return a TIFF whose two directories lead to each other, so that its pages never end."""
    entries = grey(100, 100, 10_000)
    second = 8 + len(directory(entries, 0))
    return tiff(entries, second, directory(entries, 8) + bytes(10_000))


def pages(count: int) -> bytes:
    """Return a TIFF of many small pages."""
    one = directory(grey(100, 100, 10_000), 0)
    places = [8 + len(one) * (n + 1) for n in range(count - 1)]
    chain = b"".join(one[:-4] + struct.pack("<I", following) for following in (*places, 0))
    return b"II*\x00" + struct.pack("<I", 8) + chain + bytes(10_000)


def greedy_tags() -> bytes:
    """Return a TIFF of which every tag claims to be the whole file, many megabytes long."""
    junk = bytes(20_000_000)
    entries = [*grey(100, 100, 10_000), *[(40_000 + n, 1, len(junk), 8) for n in range(2000)]]
    return tiff(entries, 0, junk)


def giant_tiles() -> bytes:
    """Return a small TIFF whose one tile claims two billion pixels a side."""
    entries = [(tag, kind, count, value) for tag, kind, count, value in grey(100, 100) if tag not in {273, 278, 279}]
    tiles: list[Entry] = [
        (322, LONG, 1, 2**31 - 16),
        (323, LONG, 1, 2**31 - 16),
        (324, LONG, 1, 8),
        (325, LONG, 1, 100),
    ]
    return tiff([(259, SHORT, 1, 5) if entry[0] == 259 else entry for entry in entries] + tiles, 0, bytes(200))


def two_pages() -> bytes:
    """Return a TIFF of two good pages."""
    written = io.BytesIO()
    image().save(written, "TIFF", save_all=True, append_images=[image()], compression="jpeg")
    return written.getvalue()


CASES: dict[str, Case] = {
    "tiff of 60000 x 60000": case(lambda: tiff(grey(60_000, 60_000), 0, bytes(500)), "too_many_pixels"),
    "tiff of 4 billion pixels a side": case(
        lambda: tiff(grey(2**32 - 1, 2**32 - 1), 0, bytes(500)), "too_many_pixels", "damaged"
    ),
    "tiff of 99 megapixels and 100 bytes": case(
        lambda: tiff(grey(11_000, 9_000), 0, bytes(500)), "truncated", "damaged"
    ),
    "tiff in a circle": case(circle, SEEN, "damaged"),
    "tiff of 31 pages": case(partial(pages, 31), "too_many_pages"),
    "tiff of 300000 pages": case(partial(pages, 300_000), "too_many_pages"),
    "tiff of greedy tags": case(greedy_tags, "timed_out", "out_of_memory", "damaged", "too_complex", SEEN),
    "tiff of giant tiles": case(giant_tiles, "damaged", "out_of_memory", "truncated"),
    "tiff without a directory": case(lambda: b"II*\x00" + struct.pack("<I", 0xFFFFFFF0), "damaged"),
    "tiff of two pages": case(two_pages, SEEN),
    "tiff cut in the middle": case(lambda: saved(image(), "TIFF")[:1_500_000], "truncated", "damaged"),
    "tiff in one bit": case(lambda: saved(image().convert("1"), "TIFF", compression="group4"), SEEN),
    "tiff in CMYK": case(lambda: saved(image().convert("CMYK"), "TIFF"), SEEN),
    "tiff in Lab": case(lambda: saved(Image.new("LAB", (200, 200)), "TIFF"), SEEN, "damaged"),
    "tiff in fractions": case(lambda: saved(image().convert("F").point(lambda x: x * 0.0039), "TIFF"), SEEN),
}
