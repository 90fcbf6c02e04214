"""How much of a sheet of A4 is not in the picture, by its shape: two opposite edges are seen, and one of the others."""

from services.upload.domain.flatten import A4_RATIO
from services.upload.domain.geometry import Points, page_size
from services.upload.domain.sides import Side

LACKING = 0.05  # of the sheet's length: what is printed lowest or highest on a letter lies that near to its edge
ACROSS = 0.85  # of the distance between the seen edges: a page that shows less of its other side lies on its side


def shortened(quad: Points, beyond: tuple[Side, ...]) -> tuple[Side, ...]:
    """Return the borders beyond which a good part of the sheet lies; none where its shape cannot tell.

    A footer has a letter's account number, and is gone without a trace: no ink is left that could show it.
    """
    width, height = page_size(quad)
    lacking: list[Side] = []
    for ends, along, across in ((("T", "B"), height, width), (("L", "R"), width, height)):
        others = {"L", "T", "R", "B"} - set(ends)
        cut = [side for side in beyond if side in ends]
        if len(cut) != 1 or others & set(beyond):
            continue
        whole = across * A4_RATIO if along > ACROSS * across else across / A4_RATIO
        if 1 - along / whole >= LACKING:
            lacking += cut
    return tuple(lacking)
