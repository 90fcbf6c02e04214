"""JPEGs that end early, claim too much, go on for ever, or are something else as well."""

import struct
from functools import cache, partial

from PIL import Image

from tests.corpus.case import SEEN, Case, case
from tests.corpus.photo import image, saved

SOS, EOI = b"\xff\xda", b"\xff\xd9"
BROKEN = ("truncated", "damaged")


@cache
def jpeg(**how: object) -> bytes:
    """Return the good photograph."""
    return saved(image(), "JPEG", quality=85, **how)


def cut_jpeg(tenths: int, **how: object) -> bytes:
    """Return the first tenths of the good photograph."""
    data = jpeg(**how)
    return data[: len(data) * tenths // 10]


def claiming(width: int, height: int) -> bytes:
    """Return a photograph whose header says it has so many pixels."""
    data = bytearray(jpeg())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def many_scans(count: int) -> bytes:
    """Return a progressive JPEG of many pixels that repeats one of its scans."""
    data = saved(Image.new("L", (3000, 3000), 128), "JPEG", progressive=True)
    last = data.rindex(SOS)
    return data[:last] + data[last : data.rindex(EOI)] * count + EOI


def restart_faults() -> bytes:
    """Return a JPEG whose restart markers come in the wrong order."""
    data = jpeg(restart_marker_rows=1)
    return data.replace(b"\xff\xd3", b"\xff\xd6").replace(b"\xff\xd1", b"\xff\xd0", 5)


def lost_middle() -> bytes:
    """Return a JPEG that lost some bytes on its way, in the middle of a row between two restart markers."""
    data = jpeg(restart_marker_rows=1)
    half = len(data) // 2
    return data[:half] + data[half + 40 :]


def as_pdf_too() -> bytes:
    """Return a photograph with a PDF behind it."""
    return (
        jpeg() + b"\n%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n%%EOF"
    )


def bad_exif(value: bytes, kind: int, count: int) -> bytes:
    """Return a photograph whose EXIF data have one odd orientation: a value of a type, so many times."""
    entry = struct.pack("<HHI", 0x0112, kind, count) + value.ljust(4, b"\x00")[:4]
    exif = b"Exif\x00\x00II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)
    return with_segment(0xE1, exif)


def with_segment(marker: int, body: bytes) -> bytes:
    """Return a photograph with one more segment at its start."""
    data = jpeg()
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + data[2:]


def cyclic_exif() -> bytes:
    """Return a photograph whose EXIF data lead back to themselves, and name a thumbnail beyond their end."""
    entries = [
        struct.pack("<HHII", 0x8769, 4, 1, 8),
        struct.pack("<HHII", 0x0201, 4, 1, 0x7FFFFFFF),
        struct.pack("<HHII", 0x0202, 4, 1, 0x7FFFFFFF),
    ]
    body = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", 8)
    return with_segment(0xE1, b"Exif\x00\x00II*\x00" + struct.pack("<I", 8) + body)


def other_size() -> bytes:
    """Return a photograph whose EXIF data say that it has 30000 x 30000 pixels."""
    entries = [struct.pack("<HHII", 0x0112, 3, 1, 1), struct.pack("<HHII", 0x8769, 4, 1, 38)]
    first = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", 0)
    sizes = [struct.pack("<HHII", 0xA002, 4, 1, 30_000), struct.pack("<HHII", 0xA003, 4, 1, 30_000)]
    inner = struct.pack("<H", len(sizes)) + b"".join(sizes) + struct.pack("<I", 0)
    return with_segment(0xE1, b"Exif\x00\x00II*\x00" + struct.pack("<I", 8) + first + inner)


def giant_thumbnail() -> bytes:
    """Return a photograph whose EXIF data are as large as they may be: another picture in it."""
    thumbnail = saved(Image.effect_noise((200, 200), 90).convert("RGB"), "JPEG", quality=95)[:60_000]
    head = struct.pack("<H", 0) + struct.pack("<I", 14) + struct.pack("<H", 2)
    entries = struct.pack("<HHII", 0x0201, 4, 1, 50) + struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail))
    return with_segment(0xE1, b"Exif\x00\x00II*\x00" + struct.pack("<I", 8) + head + entries + bytes(8) + thumbnail)


CASES: dict[str, Case] = {
    **{f"jpeg cut at {n}0 %": case(partial(cut_jpeg, n), *BROKEN) for n in range(1, 10)},
    **{f"progressive jpeg cut at {n}0 %": case(partial(cut_jpeg, n, progressive=True), *BROKEN) for n in range(1, 10)},
    "jpeg cut and closed again": case(lambda: cut_jpeg(5) + EOI, *BROKEN),
    "jpeg without its last byte": case(lambda: jpeg()[:-1], *BROKEN, SEEN),
    "jpeg start only": case(lambda: b"\xff\xd8\xff\xe0" + bytes(200), *BROKEN),
    "jpeg of 65500 x 65500": case(partial(claiming, 65500, 65500), "too_many_pixels"),
    "jpeg of 10 x 65500": case(partial(claiming, 10, 65500), "too_few_pixels"),
    "jpeg of height 0": case(partial(claiming, 900, 0), *BROKEN, "too_few_pixels"),
    "jpeg of 5000 scans": case(partial(many_scans, 5000), "too_complex"),
    "jpeg with wrong restart markers": case(restart_faults, SEEN, *BROKEN),
    "jpeg that lost some bytes": case(lost_middle, SEEN, *BROKEN),
    "jpeg and pdf": case(as_pdf_too, SEEN),
    "exif orientation 0": case(partial(bad_exif, b"\x00\x00", 3, 1), SEEN),
    "exif orientation 9": case(partial(bad_exif, b"\x09\x00", 3, 1), SEEN),
    "exif orientation as text": case(partial(bad_exif, b"six", 2, 4), SEEN),
    "exif orientation twice": case(partial(bad_exif, b"\x06\x00\x08\x00", 3, 2), SEEN),
    "exif orientation a fraction by 0": case(partial(bad_exif, b"\x08\x00\x00\x00", 5, 1), SEEN),
    "exif orientation a billion times": case(partial(bad_exif, b"\x08\x00\x00\x00", 3, 1_000_000_000), SEEN),
    "exif of another size": case(other_size, SEEN),
    "exif that ends at once": case(lambda: with_segment(0xE1, b"Exif\x00\x00II*"), SEEN),
    "exif in a circle": case(cyclic_exif, SEEN),
    "exif with a giant thumbnail": case(giant_thumbnail, SEEN),
}
