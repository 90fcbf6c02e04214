"""Finds the page in a picture: where it lies on a desk, or that the picture is the page."""

from dataclasses import dataclass

import numpy as np

from services.upload.client.pagenet import page_net
from services.upload.client.source import Source
from services.upload.domain.byhand import by_hand, is_whole
from services.upload.domain.geometry import Points
from services.upload.domain.netoutline import NetOutline
from services.upload.domain.picturekind import DARK, Levels, levels_of, made_by_program, scanned
from services.upload.domain.pixels import Copies, Picture, grey
from services.upload.domain.sides import SIDES
from services.upload.domain.surface import fills
from shared.events.outline import Quad
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


def find_page(source: Source, quad: Quad | None = None) -> Found:
    """Return the page in a picture: within the corners that a person gave, unless it was rendered, or where it is seen.

    A page without a desk around it is the whole picture, and may go on at each side of it. That is asked where the
    net sees no outline, or one of which a side shows no edge: on a scan it outlines a part of the writing.
    """
    copies = source.copies
    if source.flat:
        return Found("scan", NetOutline(frame(source), (), 1.0, several=False), copies)
    whole = NetOutline(frame(source), SIDES, 1.0, several=False)
    given = by_hand(quad, source.size) if quad else None
    plain = grey(copies.smaller(copies.least))  # pixels as they are, no means of them
    levels = levels_of(plain)
    if made_by_program(levels, source.size):
        return Found("screenshot", given or whole, _dark_on_light(copies) if levels.commonest < DARK else copies)
    if quad and given:
        return Found(_whole_kind(levels, plain) if is_whole(quad) else "photo", given, copies)
    outline = page_net().find_in(copies)
    if (outline is None or not outline.clear or outline.cut == SIDES) and fills(copies.halved(NEEDED)):
        return Found(_whole_kind(levels, plain), whole, copies)
    if outline is None:
        return Found("none", None, copies)
    return Found("several" if outline.several else "photo", outline, copies)


def _whole_kind(levels: Levels, plain: Picture) -> PictureKind:
    """Return what a picture is of which all is page."""
    return "scan" if scanned(levels, plain) else "filled"


def _dark_on_light(copies: Copies) -> Copies:
    """Return a picture whose letters are lighter than their ground the other way round."""
    return Copies(np.asarray(255 - copies.picture, np.uint8))
