"""Pictures of uncommon forms that are pages all the same, and files that are nothing of ours."""

import numpy as np
from PIL import Image

from tests.corpus.case import SEEN, Case, case
from tests.corpus.jpegs import jpeg
from tests.corpus.photo import image, saved


def deep(depth: int = 65535) -> Image.Image:
    """Return the photograph in 16 bits of grey, of which as many values are used."""
    grey = np.asarray(image().convert("L"), np.float64)
    return Image.fromarray((grey / 255 * depth).astype(np.uint16))


def sheer() -> Image.Image:
    """Return the photograph with a transparent corner."""
    layer = image().convert("RGBA")
    layer.paste((0, 0, 0, 0), (0, 0, 60, 60))
    return layer


def palette(*, transparent: bool = False) -> bytes:
    """Return the photograph in 256 colours."""
    small = image().quantize(256)
    return saved(small, "PNG", **({"transparency": 0} if transparent else {}))


# Each of these must be a page with its corners found: citizens have such files.
GOOD: dict[str, Case] = {
    "jpeg": case(jpeg, SEEN),
    "progressive jpeg": case(lambda: jpeg(progressive=True), SEEN),
    "grey jpeg": case(lambda: saved(image().convert("L"), "JPEG"), SEEN),
    "cmyk jpeg": case(lambda: saved(image().convert("CMYK"), "JPEG"), SEEN),
    "16-bit png": case(lambda: saved(deep(), "PNG"), SEEN),
    "16-bit tiff": case(lambda: saved(deep(), "TIFF"), SEEN),
    "12-bit values in a 16-bit tiff": case(lambda: saved(deep(4095), "TIFF"), SEEN),
    "1-bit png": case(lambda: saved(image().convert("1"), "PNG"), SEEN),
    "palette png": case(palette, SEEN),
    "palette png with a transparent colour": case(lambda: palette(transparent=True), SEEN),
    "transparent png": case(lambda: saved(sheer(), "PNG"), SEEN),
    "transparent webp": case(lambda: saved(sheer(), "WEBP", lossless=True), SEEN),
    "grey png with transparency": case(lambda: saved(image().convert("LA"), "PNG"), SEEN),
    "webp": case(lambda: saved(image(), "WEBP"), SEEN),
    "lzw tiff": case(lambda: saved(image(), "TIFF", compression="tiff_lzw"), SEEN),
    "tiff with jpeg inside": case(lambda: saved(image(), "TIFF", compression="jpeg"), SEEN),
}
OTHERS: dict[str, Case] = {
    "nothing": case(lambda: b"", "empty"),
    "one byte": case(lambda: b"\xff", "not_an_image"),
    "text": case(lambda: b"Sehr geehrte Damen und Herren, " * 9, "not_an_image"),
    "zip": case(lambda: b"PK\x03\x04" + bytes(999), "not_an_image"),
    "gif": case(lambda: saved(image().convert("P"), "GIF"), "not_an_image"),
    "gif and script": case(lambda: b"GIF89a/*" + bytes(99) + b"*/=1;alert(1)", "not_an_image"),
    "svg": case(lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_an_image"),
    "webp that is a sound": case(lambda: b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(99), "not_an_image"),
}
