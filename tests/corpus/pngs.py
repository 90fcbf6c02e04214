"""PNGs that claim, hide, repeat or move."""

import struct
import zlib
from collections.abc import Iterable
from functools import partial

from PIL import Image

from tests.corpus.case import SEEN, Case, case
from tests.corpus.deflate import MIB, deflated
from tests.corpus.photo import image, saved

START = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int, height: int, pixels: bytes, more: Iterable[bytes] = (), *, depth: int = 8, colour: int = 0
) -> bytes:
    """Return a PNG of these claims and compressed pixels."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return START + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """Return a small page with a comment of a gigabyte."""
    return png(100, 100, zlib.compress(bytes(101 * 100)), [chunk(b"zTXt", b"Comment\x00\x00" + deflated(MIB, 1000))])


def profile_bomb() -> bytes:
    """Return a small page with a colour profile of a gigabyte."""
    return png(100, 100, zlib.compress(bytes(101 * 100)), [chunk(b"iCCP", b"icc\x00\x00" + deflated(MIB, 1000))])


def many_chunks() -> bytes:
    """Return a page behind a million empty comments."""
    return png(100, 100, zlib.compress(bytes(101 * 100)), [chunk(b"tEXt", b"a\x00b") * 1_000_000])


def animated(frames: int) -> bytes:
    """Return a PNG that moves."""
    pictures = [Image.new("L", (100, 100), shade) for shade in range(frames)]
    return saved(pictures[0], "PNG", save_all=True, append_images=pictures[1:])


def claiming_frames() -> bytes:
    """Return a PNG that says it has four billion frames."""
    control = chunk(b"acTL", struct.pack(">II", 0xFFFFFFFF, 0))
    return png(100, 100, zlib.compress(bytes(101 * 100)), [control])


def cut_png() -> bytes:
    """Return the first half of a good PNG."""
    data = saved(image(), "PNG")
    return data[: len(data) // 2]


CASES: dict[str, Case] = {
    "png of 30000 x 30000": case(lambda: png(30_000, 30_000, zlib.compress(bytes(9000))), "too_many_pixels"),
    "png of 4 billion pixels a side": case(lambda: png(2**31 - 1, 2**31 - 1, b""), "too_many_pixels"),
    "png of 99 megapixels of zeros": case(
        lambda: png(11_000, 9_000, deflated(MIB, 95)), SEEN, "timed_out", "too_complex"
    ),
    "png of 99 megapixels in 16-bit colour": case(
        lambda: png(11_000, 9_000, deflated(MIB, 567), depth=16, colour=2), SEEN, "timed_out", "too_complex"
    ),
    "png of no pixels": case(lambda: png(0, 0, b""), "damaged", "too_few_pixels"),
    "png that is tiny": case(lambda: saved(Image.new("L", (20, 20)), "PNG"), "too_few_pixels"),
    "png cut in the middle": case(cut_png, "truncated", "damaged"),
    "png with a comment bomb": case(text_bomb, "damaged", "out_of_memory", SEEN),
    "png with a profile bomb": case(profile_bomb, "damaged", "out_of_memory", SEEN),
    "png of a million chunks": case(many_chunks, "damaged", "too_complex", "timed_out", SEEN),
    "png that moves": case(partial(animated, 5), "animated"),
    "png of four billion frames": case(claiming_frames, "animated", "damaged", SEEN),
    "png with wrong checksums": case(
        lambda: saved(image(), "PNG").replace(b"IDAT", b"IDAT\x00", 1), "damaged", "truncated"
    ),
}
