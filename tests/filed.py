"""What was filed, compared with the photograph that it was made of."""

import io

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageOps

from services.upload.domain.pixels import Picture
from shared.events.outline import Outline


def first_page(pdf: bytes) -> Picture:
    """Return the first page of a PDF as a grey picture, at 72 dpi."""
    return np.asarray(pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("L"))


def laid_flat(photo: bytes, outline: Outline, shape: tuple[int, ...]) -> Picture:
    """Return the photograph within the corners of an outline, turned by it, as a grey picture of a shape (h, w)."""
    turn = outline.turn or 0
    picture = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("L"))
    height, width = (shape[1], shape[0]) if turn % 180 else (shape[0], shape[1])
    box = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    corners = np.array(outline.quad) * picture.shape[::-1]
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), box)
    flat = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA)
    return np.asarray(np.rot90(flat, -turn // 90), np.uint8)


def likeness(one: Picture, other: Picture) -> float:
    """Return how alike two grey pictures of a size are: the correlation (-1 to 1) of what is darker than around it."""
    ink = [
        cv2.GaussianBlur(each, (0, 0), 2).astype(float) - cv2.GaussianBlur(each, (0, 0), 20) for each in (one, other)
    ]
    return float(np.corrcoef([each.ravel() for each in ink])[0, 1])
