"""Pictures that people send: from phones, scanners, faxes and chats, and files that are no pictures."""

import io
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from tests.corpus.kind import ANY, Expect, Kind
from tests.unit.upload.drawn import BRIEF, corners, letter, photograph

WORDS = ("Androhung der Unterbrechung", "Abwendungsvereinbarung")
READ = Expect(text=WORDS)
ORIENTATION = 0x0112
TURNS: dict[int, Image.Transpose | None] = {  # how a picture is stored so that its orientation undoes it
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@cache
def _photo() -> bytes:
    page = photograph(letter(BRIEF), corners(1500, 2000))
    return np.ascontiguousarray(page[:, :, ::-1]).tobytes()


def photo() -> Image.Image:
    """Return the photograph of a letter, fresh: a picture of Pillow's keeps how it was saved last."""
    return Image.frombytes("RGB", (1500, 2000), _photo())


def scan() -> Image.Image:
    """Return the letter as a scanner sees it, grey, 150 dpi."""
    return Image.fromarray(letter(BRIEF)[:, :, 0].copy())


def saved(picture: Image.Image, form: str, **how: Any) -> bytes:
    """Return the bytes of a picture file."""
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def black_and_white() -> Image.Image:
    """Return the photograph in one bit, by a threshold as scanners and scanning apps set it."""
    return photo().convert("L").point(lambda grey: 255 * (grey > 128)).convert("1")


def deep() -> bytes:
    """Return the photograph in 16 bits of grey, as scanners write it."""
    grey = np.asarray(photo().convert("L"), np.uint16) * 257
    return saved(Image.fromarray(grey), "PNG")


def see_through() -> bytes:
    """Return the photograph in 256 colours, one of which is transparent."""
    return saved(photo().quantize(256), "PNG", transparency=0)


def stereo() -> bytes:
    """Return a JPEG with a second picture behind it (MPO), as cameras with two lenses and large previews write it."""
    return saved(photo(), "MPO", save_all=True, append_images=[photo().resize((375, 500))])


def heic(**how: Any) -> bytes:
    """Return the photograph as an iPhone writes it."""
    pillow_heif.register_heif_opener()
    return saved(photo(), "HEIF", quality=80, **how)


def oriented(orientation: int) -> bytes:
    """Return the photograph stored turned or mirrored, with the EXIF orientation that puts it right."""
    exif, turn = Image.Exif(), TURNS[orientation]
    exif[ORIENTATION] = orientation
    return saved(photo() if turn is None else photo().transpose(turn), "JPEG", exif=exif, quality=90)


def moving(form: str) -> bytes:
    """Return a picture that moves, as chats send them."""
    frames = [photo().resize((300, 400)), Image.new("RGB", (300, 400), "red")]
    return saved(frames[0], form, save_all=True, append_images=frames[1:])


def panorama() -> bytes:
    """Return a desk swept from left to right; the letter lies in the middle."""
    wide = Image.new("RGB", (9000, 2000), (120, 85, 55))
    wide.paste(photo(), (3750, 0))
    return saved(wide, "JPEG", quality=85)


def fax() -> bytes:
    """Return a fax of standard resolution: 204 dots to the inch across, 98 lines down (ITU-T T.4), group 4."""
    page = scan().resize((1728, 1146)).point(lambda grey: 255 * (grey > 128)).convert("1")
    return saved(page, "TIFF", compression="group4", dpi=(204, 98))


def tiff(*pages: Image.Image, subfile: tuple[int, ...] | None = None) -> bytes:
    """Return a TIFF of these pages; `subfile` gives their NewSubfileType (TIFF 6.0, 36)."""
    kinds = subfile or (0,) * len(pages)
    for page, kind in zip(pages, kinds, strict=True):
        page.encoderinfo = {"tiffinfo": {254: kind}}  # what Pillow reads for each page
    first, *others = pages
    return saved(first, "TIFF", save_all=True, append_images=others, tiffinfo={254: kinds[0]})


def other_order() -> bytes:
    """Return a TIFF in 16 bits whose numbers have their highest byte first, as large scanners write it."""
    grey = np.asarray(photo().convert("L"), np.uint16) * 257
    return saved(Image.frombytes("I;16B", (1500, 2000), grey.astype(">u2").tobytes()), "TIFF")


def lab() -> bytes:
    """Return the photograph in L*a*b*, as repro scanners write it."""
    rgb, there = (ImageCms.createProfile(name) for name in ("sRGB", "LAB"))
    made = ImageCms.applyTransform(photo(), ImageCms.buildTransform(rgb, there, "RGB", "LAB"))
    return saved(made, "TIFF") if made else b""


def profiled() -> bytes:
    """Return the photograph with a colour profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(photo(), "JPEG", quality=90, icc_profile=profile)


def zipped(*names: str) -> bytes:
    """Return a zip file of some names; a Word document is one, too."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "<w:document/>")
    return out.getvalue()


def lost_bytes() -> bytes:
    """Return a JPEG that was sent as text: each line feed became two characters."""
    return saved(photo(), "JPEG").replace(b"\n", b"\r\n")


def upside_down() -> bytes:
    """Return the letter photographed from its other side, without EXIF data."""
    return saved(photo().transpose(Image.Transpose.ROTATE_180), "JPEG", quality=90)


def _kind(name: str, make: Callable[[], bytes], expect: Expect = READ, *, called: str = "page.jpg") -> Kind:
    def write(folder: Path) -> Path:
        file = folder / called
        file.write_bytes(make())
        return file

    return Kind(name, write, expect)


def _refused(name: str, make: Callable[[], bytes], code: str = "not_an_image") -> Kind:
    return _kind(name, make, Expect(refused=code))


PHONES = [
    _kind("photograph called PDF", lambda: saved(photo(), "JPEG", quality=90), called="Scan 1.pdf"),
    _kind("progressive JPEG", lambda: saved(photo(), "JPEG", quality=90, progressive=True)),
    _kind("JPEG with junk behind its end", lambda: saved(photo(), "JPEG", quality=90) + bytes(5000) + b"ftypmp42" * 99),
    _kind("JPEG with a second picture (MPO)", stereo),
    _kind("JPEG with a colour profile", profiled),
    _kind("HEIC", heic),
    _kind("HEIC of several pictures", partial(heic, save_all=True, append_images=[Image.new("RGB", (64, 64))])),
    _kind("WebP", lambda: saved(photo(), "WEBP", quality=90)),
    _kind("letter upside down", upside_down),
    _kind("panorama", panorama, Expect(verdicts=ANY)),
    *(_kind(f"EXIF orientation {number}", partial(oriented, number)) for number in TURNS),
]
SCANNERS = [
    _kind("CMYK JPEG", lambda: saved(photo().convert("CMYK"), "JPEG", quality=90)),
    _kind("16-bit PNG", deep),
    _kind("interlaced 1-bit PNG", lambda: saved(black_and_white(), "PNG", interlace=True)),
    _kind("palette PNG with a transparent colour", see_through),
    _kind("grey PNG with transparency", lambda: saved(photo().convert("LA"), "PNG")),
    _kind("Lab TIFF", lab),
    _kind("TIFF with JPEG inside", lambda: saved(photo(), "TIFF", compression="jpeg", quality=90)),
    _kind("TIFF, highest byte first", other_order),
    _kind("TIFF of two pages", lambda: tiff(photo(), photo()), Expect(pages=2, text=WORDS)),
    _kind("TIFF with a preview before the page", lambda: tiff(photo().resize((150, 200)), photo(), subfile=(1, 0))),
    _kind(
        "TIFF of two pages, each with smaller copies",
        lambda: tiff(photo(), photo().resize((750, 1000)), photo(), photo().resize((750, 1000)), subfile=(2, 3, 2, 3)),
        Expect(pages=2, text=WORDS),
    ),
    _kind("fax", fax, Expect(verdicts=ANY, text=WORDS)),
]
REFUSED = [
    _refused("truncated JPEG", lambda: saved(photo(), "JPEG")[:60_000], "truncated"),
    _refused("JPEG sent as text", lost_bytes, "damaged"),
    _refused("nothing", lambda: b"", "empty"),
    _refused("moving WebP", partial(moving, "WEBP"), "animated"),
    _refused("moving PNG", partial(moving, "PNG"), "animated"),
    _refused("GIF", lambda: saved(photo().quantize(256), "GIF")),
    _refused("moving GIF", partial(moving, "GIF")),
    _refused("BMP", lambda: saved(photo(), "BMP")),
    _refused("Word document", partial(zipped, "[Content_Types].xml", "word/document.xml")),
    _refused("old Word document", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
    _refused("zip file", partial(zipped, "Seite 1.jpg", "Seite 2.jpg")),
    _refused("text", lambda: b"Sehr geehrte Damen und Herren,\n" * 20),
    _refused("thumbnail", lambda: saved(photo().resize((45, 60)), "JPEG"), "too_few_pixels"),
]
KINDS = [*PHONES, *SCANNERS, *REFUSED]
