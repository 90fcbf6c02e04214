"""Whether the pictures of a PDF page are there: what a renderer cannot decode it leaves out without a word."""

from itertools import islice

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.client.shown import pixel_of
from services.upload.domain.pixels import Picture

MOST_OBJECTS = 5_000  # of a page: further ones are not looked at
DEEP = 4  # pictures in forms in forms
TAIL = 1024  # bytes within which a JPEG names its end
END = b"\xff\xd9"
ENOUGH = 0.99  # of the pixels: some programs leave out the end of the last row
MOST_BYTES = 200_000_000  # of larger pictures nobody counts the pixels
MOST_DECODED = 20  # pictures of a page that are decoded once more


def pictures_there(page: pypdfium2.PdfPage, rendered: Picture) -> bool:
    """Tell whether the pictures of a page were decoded to their end, as far as its rendering leaves a doubt."""
    try:
        found = islice(page.get_objects(max_depth=DEEP), MOST_OBJECTS)
        images = [each for each in found if each.type == pdfium.FPDF_PAGEOBJ_IMAGE]
        doubtful = (image for image in images if not _shows(image, page, rendered))
        return all(map(_ends, images)) and all(map(_is_decoded, islice(doubtful, MOST_DECODED)))
    except pypdfium2.PdfiumError:
        return False


def _ends(image: pypdfium2.PdfImage) -> bool:
    """Tell whether a picture has an end, as far as that shows: a JPEG says so, plain pixels can be counted."""
    match image.get_filters()[-1:]:
        case ["DCTDecode"]:
            return END in bytes(image.get_data())[-TAIL:]
        case [] | ["FlateDecode"] | ["LZWDecode"]:
            about = image.get_metadata()
            wanted = -(-about.width * about.bits_per_pixel // 8) * about.height
            return wanted > MOST_BYTES or bool(len(image.get_data(decode_simple=True)) >= ENOUGH * wanted)
    return True


def _is_decoded(image: pypdfium2.PdfImage) -> bool:
    """Tell whether a picture can be decoded; PDFium raises an error if not."""
    return image.get_bitmap(render=False) is not None


def _shows(image: pypdfium2.PdfImage, page: pypdfium2.PdfPage, rendered: Picture) -> bool:
    """Tell whether there is more than one colour in the rendering where a picture is; not if nobody knows where."""
    if image.container is not None:
        return False
    left, bottom, right, top = image.get_bounds()
    corners = [pixel_of(page, rendered.shape[1::-1], x, y) for x, y in ((left, top), (right, bottom))]
    (x, further_x), (y, further_y) = (sorted(max(0, each) for each in axis) for axis in zip(*corners, strict=True))
    part = rendered[y:further_y, x:further_x]
    return part.size > 0 and bool(np.ptp(part))
