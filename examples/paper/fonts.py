"""The fonts a letter is set in: Debian's DejaVu and Liberation, measured in millimetres."""

from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

from examples.paper.letter import Face

FOLDERS: Final = (Path("/usr/share/fonts/truetype/liberation"), Path("/usr/share/fonts/truetype/dejavu"))
FILES: Final[dict[Face, tuple[str, str]]] = {
    "sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "serif": ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    "dejavu": ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"),
}
REMEDY: Final = "install the packages: apt-get install fonts-liberation fonts-dejavu-core fonts-dejavu-extra"
MM_PER_POINT: Final = 25.4 / 72
MEASURED_AT: Final = 200


class FontMissingError(RuntimeError):
    """A font file is not on this machine; the message says which package brings it."""


@cache
def font_file(face: Face, *, bold: bool = False) -> Path:
    """Where the font lies.

    Raises:
        FontMissingError: it is not installed.
    """
    name = FILES[face][bold]
    for folder in FOLDERS:
        if (folder / name).is_file():
            return folder / name
    raise FontMissingError(f"font {name} not found; {REMEDY}")


@cache
def font(face: Face, pixels: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font at a height in pixels."""
    return ImageFont.truetype(str(font_file(face, bold=bold)), pixels)


def width(text: str, face: Face, points: float, *, bold: bool = False) -> float:
    """How many millimetres a line of text takes at a size in points."""
    length = font(face, MEASURED_AT, bold=bold).getlength(text)
    return float(length) * points * MM_PER_POINT / MEASURED_AT
