"""Where the pictures that the check of a page draws lie: upload puts them, the gateway removes them with the page."""

from shared.ids import day_of
from shared.storage.sweeping import day_key

ANNOTATED = "annotated/"


def picture_key(page_id: str, sheet: int = 1) -> str:
    """Return the key: one for each sheet of a page's file, so that a check that runs again overwrites it."""
    return f"{pictures_of(page_id)}{'' if sheet == 1 else f'-{sheet}'}.jpg"


def pictures_of(page_id: str) -> str:
    """Return what the keys of all pictures of a page begin with."""
    return day_key(ANNOTATED, day_of(page_id), page_id)
