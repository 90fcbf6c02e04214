"""A sheet of small pictures of letters whose type was suggested wrongly, for people to look at."""

from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from services.upload.domain.kinds import OTHER, TypeModel, suggest
from services.upload.domain.pixels import Picture
from training.types.judge import page_of, read

TILE = (300, 424)  # pixels, A4
CAPTION = 44
MOST = 6


def write_failures(model: TypeModel, rendered: int, out: Path) -> int:
    """Write up to six wrongly judged letters, of so many that were rendered, worsened and read; return how many."""
    tiles: list[Picture] = []
    for number in track(range(rendered), description="reading"):
        reading = read(number)
        true, found = reading.kind, suggest(reading.text, model)
        said = found[0].type if found else OTHER
        if said != true and len(tiles) < MOST:
            tiles.append(_tile(page_of(number), true, f"{said} {found[0].confidence:.2f}" if found else said))
    if tiles:
        cv2.imwrite(str(out), np.hstack(tiles), [cv2.IMWRITE_JPEG_QUALITY, 75])
    return len(tiles)


def _tile(page: Picture, true: str, said: str) -> Picture:
    """Return a letter as it was read, with its true type in green and what was said in red below it."""
    tile = np.full((TILE[1] + CAPTION, TILE[0], 3), 255, np.uint8)
    tile[: TILE[1]] = cv2.resize(page, TILE, interpolation=cv2.INTER_AREA)[..., None]
    for row, (text, colour) in enumerate(((true, (60, 140, 60)), (said, (40, 40, 200)))):
        place = (6, TILE[1] + 16 + 20 * row)
        cv2.putText(tile, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
    return tile
