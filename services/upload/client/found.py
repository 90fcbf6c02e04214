"""Finds the page in a picture: where it lies on a desk, or that the picture is the page."""

from dataclasses import dataclass

import numpy as np

from services.upload.client.pagenet import page_net
from services.upload.client.source import Source
from services.upload.domain.geometry import Points
from services.upload.domain.netoutline import NetOutline
from services.upload.domain.picturekind import DARK, levels_of, made_by_program, scanned
from services.upload.domain.pixels import Copies, grey
from services.upload.domain.sides import SIDES
from services.upload.domain.surface import fills
from shared.events.upload import PictureKind

NEEDED = 2048  # pixels on the longer side in which a surface is followed


@dataclass(frozen=True, slots=True)
class Found:
    """The page in a picture; `copies` are those to look at: letters are dark there, however the screen showed them."""

    picture: PictureKind
    outline: NetOutline | None
    copies: Copies


def frame(source: Source) -> Points:
    """Return the corners of the whole picture."""
    width, height = source.size
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)


def find_page(source: Source) -> Found:
    """Return the page in a picture.

    A page without a desk around it is the whole picture, and may go on at each side of it. That is asked where the
    net sees no outline, or one of which a side shows no edge: on a scan it outlines a part of the writing.
    """
    copies = source.copies
    if source.flat:
        return Found("scan", NetOutline(frame(source), (), 1.0, several=False), copies)
    whole = NetOutline(frame(source), SIDES, 1.0, several=False)
    plain = grey(copies.smaller(copies.least))  # pixels as they are, no means of them
    levels = levels_of(plain)
    if made_by_program(levels, source.size):
        return Found("screenshot", whole, _dark_on_light(copies) if levels.commonest < DARK else copies)
    outline = page_net().find_in(copies)
    if (outline is None or not outline.clear or outline.cut == SIDES) and fills(copies.halved(NEEDED)):
        return Found("scan" if scanned(levels, plain) else "filled", whole, copies)
    if outline is None:
        return Found("none", None, copies)
    return Found("several" if outline.several else "photo", outline, copies)


def _dark_on_light(copies: Copies) -> Copies:
    """Return a picture whose letters are lighter than their ground the other way round."""
    return Copies(np.asarray(255 - copies.picture, np.uint8))
