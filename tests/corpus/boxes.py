"""WebP, HEIC and AVIF that claim, move, or are not what their brand says."""

import struct
from functools import cache, partial

import pillow_heif
from PIL import Image

from tests.corpus.case import SEEN, Case, case
from tests.corpus.photo import image, saved


def webp_claiming(width: int, height: int) -> bytes:
    """Return a WebP with an extended header of so many pixels, and a small picture in it."""
    inner = saved(Image.new("RGB", (100, 100), "white"), "WEBP")[12:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x00\x00\x00\x00" + size
    body = b"WEBP" + extended + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_frames(count: int) -> bytes:
    """Return a WebP that moves."""
    frames = [Image.new("RGB", (100, 100), (shade, shade, shade)) for shade in range(count)]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


@cache
def heic() -> bytes:
    """Return the good photograph as a phone writes it."""
    pillow_heif.register_heif_opener()
    return saved(image(), "HEIF", quality=80)


def heic_claiming(width: int, height: int) -> bytes:
    """Return a HEIC whose header says it has so many pixels."""
    data = bytearray(heic())
    extents = data.index(b"ispe")
    data[extents + 8 : extents + 16] = struct.pack(">II", width, height)
    return bytes(data)


def heic_sequence(count: int) -> bytes:
    """Return a HEIC of many pictures, of which the first is the page."""
    pillow_heif.register_heif_opener()
    small = [Image.new("RGB", (64, 64)) for _ in range(count)]
    return saved(image(), "HEIF", save_all=True, append_images=small)


def cut_heic(tenths: int) -> bytes:
    """Return the first tenths of a HEIC."""
    data = heic()
    return data[: len(data) * tenths // 10]


@cache
def avif() -> bytes:
    """Return the good photograph in a form that we do not take."""
    return saved(image(), "AVIF")


def avif_as(brand: bytes) -> bytes:
    """Return an AVIF whose main brand is another one."""
    data = avif()
    return data[:8] + brand + data[12:]


def nested_boxes() -> bytes:
    """Return a HEIC of a hundred thousand boxes, each in the one before."""
    depth = 100_000
    inner = b"".join(struct.pack(">I", 8 * (depth - n)) + b"dinf" for n in range(depth))
    head = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic"
    return head + struct.pack(">I", len(inner) + 12) + b"meta" + bytes(4) + inner


CASES: dict[str, Case] = {
    "webp of 16384 x 16384": case(partial(webp_claiming, 16_384, 16_384), "too_many_pixels", "damaged"),
    "webp of 16 million pixels a side": case(partial(webp_claiming, 1 << 24, 1 << 24), "too_many_pixels", "damaged"),
    "webp that moves": case(partial(webp_frames, 20), "animated"),
    "webp cut in the middle": case(lambda: saved(image(), "WEBP")[:9000], "damaged", "truncated"),
    "heic": case(heic, SEEN),
    "heic of 30000 x 30000": case(partial(heic_claiming, 30_000, 30_000), "too_many_pixels", "damaged"),
    "heic of 4 billion pixels a side": case(partial(heic_claiming, 2**32 - 1, 2**32 - 1), "too_many_pixels", "damaged"),
    "heic of another size than it says": case(partial(heic_claiming, 5000, 5000), SEEN, "damaged"),
    "heic with many pictures behind the page": case(partial(heic_sequence, 12), SEEN),
    **{f"heic cut at {n}0 %": case(partial(cut_heic, n), "damaged", "truncated") for n in range(1, 10)},
    "heic of boxes in boxes": case(nested_boxes, "damaged"),
    "avif": case(avif, "not_an_image"),
    "avif with the brand of heic": case(partial(avif_as, b"heic"), "damaged", "not_an_image", SEEN),
    "avif with the brand mif1": case(partial(avif_as, b"mif1"), "damaged", "not_an_image", SEEN),
}
