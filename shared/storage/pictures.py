"""Where the pictures that the check of a page makes lie: upload puts them, the gateway removes them with the page."""

from shared.ids import day_of
from shared.storage.sweeping import day_key

ANNOTATED = "annotated/"


def pictures_of(page_id: str) -> str:
    """Return how the keys of all pictures of a page begin."""
    return day_key(ANNOTATED, day_of(page_id), page_id)


def picture_key(page_id: str, sheet: int = 1, outline_version: int = 0) -> str:
    """Return the key of the picture with hints: one a sheet and outline, so a check that runs again overwrites it."""
    of_sheet = f"-{sheet}" if sheet > 1 else ""
    return f"{pictures_of(page_id)}{of_sheet}{f'.{outline_version}' if outline_version else ''}.jpg"


def plain_key(page_id: str) -> str:
    """Return the key of the picture with nothing drawn on it: the same whatever the outline."""
    return f"{pictures_of(page_id)}.plain.jpg"
