"""Small drawn pages for tests: a letter, and a photograph of it on a desk with known corners."""

import io
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture

A4_150 = (1240, 1754)  # pixels at 150 dpi
WORDS = (
    "Stadtwerke Musterstadt GmbH",
    "",
    "Frau Erika Beispiel, Lindenweg 12, 45130 Musterstadt",
    "",
    "Androhung der Unterbrechung Ihrer Stromversorgung",
    "",
    "Sehr geehrte Frau Beispiel,",
    "trotz unserer Mahnung vom 2. September haben Sie den Betrag von 312,47 Euro noch nicht bezahlt.",
    "Wir weisen Sie darauf hin, dass wir die Versorgung nach vier Wochen unterbrechen lassen, wenn der",
    "Zahlungsrest bis dahin nicht ausgeglichen ist. Bitte wenden Sie sich schriftlich an unseren Service.",
    "Zur Vermeidung bieten wir Ihnen eine Abwendungsvereinbarung an. Auch das Jobcenter kann helfen.",
    "Kundennummer 4711 0815, Vertragskonto 20 300 400, Abschlag 64,00 Euro im Monat.",
    "",
    "Mit freundlichem Gruss",
    "Ihre Stadtwerke Musterstadt",
) * 2
BRIEF = WORDS[:11]  # as few lines as show what kind of letter it is: text recognition takes half as long


def letter(lines: Sequence[str] = WORDS) -> Picture:
    """Return an upright A4 letter at 150 dpi."""
    page = Image.new("RGB", A4_150, (250, 250, 248))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(22)
    for number, line in enumerate(lines):
        draw.text((110, 120 + 46 * number), line, fill=(35, 35, 40), font=font)
    return np.asarray(page)[:, :, ::-1].copy()


def corners(width: int, height: int, margin: float = 0.1) -> Points:
    """Return the corners of a page seen slightly from below, `margin` of the picture away from its borders."""
    left, top, right, bottom = margin * width, margin * height, (1 - margin) * width, (1 - margin) * height
    lean = 0.03 * width
    return np.array([(left + lean, top), (right - lean, top + lean / 3), (right, bottom), (left, bottom - lean / 2)])


def photograph(page: Picture, quad: Points, size: tuple[int, int] = (1500, 2000)) -> Picture:
    """Return a page laid on a brown desk so that its corners are at `quad`; parts beyond the picture are lost."""
    width, height = size
    grain = np.random.default_rng(7).normal(0, 4, (height, 1, 3))
    desk = np.clip(np.array((55, 85, 120)) + grain, 0, 255).astype(np.uint8).repeat(width, axis=1)
    own = np.array([(0, 0), (page.shape[1], 0), page.shape[1::-1], (0, page.shape[0])], np.float32)
    matrix = cv2.getPerspectiveTransform(own, quad.astype(np.float32))
    laid = cv2.warpPerspective(page, matrix, size).astype(np.uint8)
    where = cv2.warpPerspective(np.full(page.shape[:2], 255, np.uint8), matrix, size)
    laid[where < 128] = desk[where < 128]
    noise = np.random.default_rng(8).integers(-3, 4, laid.shape, np.int16)  # without it, no camera took the picture
    return np.asarray(np.clip(laid + noise, 0, 255), np.uint8)


def cut_off(page: Picture) -> Picture:
    """Return a photograph that lacks the lowest tenth of the page."""
    quad = corners(1500, 2000)
    return photograph(page, quad)[: int(quad[:, 1].max() - 0.1 * np.ptp(quad[:, 1]))]


def encoded(picture: Picture, form: str = "JPEG", **how: object) -> bytes:
    """Return the bytes of a picture file."""
    written = io.BytesIO()
    Image.fromarray(picture[:, :, ::-1]).save(written, form, **how)
    return written.getvalue()
