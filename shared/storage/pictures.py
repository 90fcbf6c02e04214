"""Where the picture that the check of a page draws lies: upload puts it, and the gateway removes it with the page."""

from shared.ids import day_of
from shared.storage.sweeping import day_key

ANNOTATED = "annotated/"


def picture_key(page_id: str) -> str:
    """Return the key: one a page, so that a check that runs again overwrites it."""
    return day_key(ANNOTATED, day_of(page_id), f"{page_id}.jpg")
