"""The project's own photographs: the announcement of a power cut, first with its bottom edge cut off, then well."""

from datetime import datetime
from pathlib import Path

from examples.paper.pair import save, take_pair
from shared.clock import BERLIN

SEED = 7


def sample_photos(folder: Path) -> list[Path]:
    """Write the two photographs of a letter dated today, and return their paths in order."""
    pair = take_pair("sperrankuendigung", SEED, datetime.now(BERLIN).date(), desk="oak")
    return [folder / label["file"] for label in save(pair, folder, "letter")]
