"""Whether the pictures of a PDF page are there: what a renderer cannot decode it leaves out without a word."""

from itertools import islice

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.domain.pixels import Picture

MOST_OBJECTS = 5_000  # of a page: further ones are not looked at
DEEP = 4  # pictures in forms in forms
TAIL = 1024  # bytes within which a JPEG names its end
END = b"\xff\xd9"
LEAST = 2  # pixels on each side: of less there is nothing to see


def pictures_there(page: pypdfium2.PdfPage, rendered: Picture) -> bool:
    """Tell whether every picture of a page was decoded to its end, as far as its rendering leaves a doubt."""
    found = page.get_objects(filter=None, max_depth=DEEP)
    images = (each for each in islice(found, MOST_OBJECTS) if each.type == pdfium.FPDF_PAGEOBJ_IMAGE)
    return all(_is_there(image, page, rendered) for image in images)


def _is_there(image: pypdfium2.PdfImage, page: pypdfium2.PdfPage, rendered: Picture) -> bool:
    if image.get_filters()[-1:] == ["DCTDecode"] and END not in bytes(image.get_data())[-TAIL:]:
        return False
    if _shows(image, page, rendered):
        return True
    try:
        image.get_bitmap(render=False).close()
    except pypdfium2.PdfiumError:
        return False
    return True


def _shows(image: pypdfium2.PdfImage, page: pypdfium2.PdfPage, rendered: Picture) -> bool:
    """Tell whether there is more than one colour in the rendering where a picture is."""
    if image.container is not None or page.get_rotation():
        return False  # its place is not known so easily
    left, bottom, right, top = image.get_bounds()
    x, y, _, upper = page.get_cropbox()
    across, down = rendered.shape[1] / page.get_width(), rendered.shape[0] / page.get_height()
    rows = slice(max(0, round((upper - top) * down)), max(0, round((upper - bottom) * down)))
    columns = slice(max(0, round((left - x) * across)), max(0, round((right - x) * across)))
    part = rendered[rows, columns]
    return min(part.shape[:2]) >= LEAST and bool(np.ptp(part))
