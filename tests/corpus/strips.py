"""What is far longer than wide: endless web pages, screenshots of many screens, receipts."""

from functools import partial
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from tests.corpus.kind import ANY, Expect, Kind
from tests.corpus.sheets import add, saved, text

ENTRIES = tuple(
    f"{n:02d}. Abschlag Strom {n % 28 + 1:02d}.04.2026: {n * 7 % 900 + 12},{n * 13 % 100:02d} Euro" for n in range(60)
)


def endless(folder: Path, lines: int) -> Path:
    """Write a web page as one page of a PDF."""
    pdf = pikepdf.new()
    height = 20 * lines + 120
    entries = [ENTRIES[n % len(ENTRIES)] for n in range(lines)]
    add(pdf, text(entries, top=height - 60, size=11, step=20), (595, height))
    return saved(pdf, folder, "endless.pdf")


def screens(folder: Path, form: str, *, width: int = 1080, letters: int = 34) -> Path:
    """Write a screenshot of many screens, as a picture or as a page of a PDF."""
    step = round(1.8 * letters)
    made = Image.new("RGB", (width, step * (len(ENTRIES) + 2)), "white")
    pen, font = ImageDraw.Draw(made), ImageFont.truetype("DejaVuSans.ttf", letters)
    for number, entry in enumerate(ENTRIES):
        pen.text((letters, step * (number + 1)), entry, "black", font)
    file = folder / f"screens.{form}"
    made.save(file, resolution=130)
    return file


def wide(folder: Path) -> Path:
    """Write a page that is far wider than high."""
    pdf = pikepdf.new()
    add(pdf, b"".join(text(ENTRIES[n::4][:8], top=230, left=40 + 400 * n, size=11) for n in range(4)), (1684, 280))
    return saved(pdf, folder, "wide.pdf")


KINDS = (
    Kind("endless web page", partial(endless, lines=150), Expect(verdicts=("good",), text=ENTRIES)),
    Kind("longest page that a PDF has", partial(endless, lines=714), Expect(text=ENTRIES[:40])),
    Kind("screenshot in a PDF", partial(screens, form="pdf"), Expect(verdicts=("good",), text=ENTRIES)),
    Kind("screenshot", partial(screens, form="png"), Expect(verdicts=ANY, text=ENTRIES)),
    Kind("receipt", partial(screens, form="png", width=600, letters=20), Expect(verdicts=ANY, text=ENTRIES)),
    Kind("wide page", wide, Expect(verdicts=("good",), text=ENTRIES[:32])),
)
