"""Drafts: the pages a device has sent and not yet handed in, in reading order; each change is a rule of its own."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.limits import Limits
from services.gateway.domain.refusal import RefusedError

PageIds = tuple[str, ...]
KEPT = timedelta(days=90)
"""How long a draft stays that nobody changes; longer than the answer to handing one in, whose key begins anew then."""


class Draft(BaseModel):
    """What a device is about to hand in; `version` grows with every change.

    `former` is the order before the pages were put in the one suggested, until the next change.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    page_ids: PageIds = ()
    version: int = 0
    former: PageIds = ()

    @property
    def key(self) -> str:
        """What makes handing in this very state take effect once, however often it is asked for."""
        return f"draft.{self.id}.{self.version}"

    def after(self, page_ids: PageIds, former: PageIds = ()) -> "Draft":
        """Return the next state, with these pages."""
        return self.model_copy(update={"page_ids": page_ids, "former": former, "version": self.version + 1})


def add(pages: PageIds, page_id: str, limits: Limits) -> PageIds:
    """Put a page at the end; one that is there already stays where it is.

    Raises:
        RefusedError: `document.too_many_pages`.
    """
    if page_id in pages:
        return pages
    if len(pages) >= limits.pages:
        raise RefusedError("document.too_many_pages", max_pages=limits.pages)
    return (*pages, page_id)


def replace(pages: PageIds, old: str, new: str, limits: Limits) -> PageIds:
    """Put a page in the place of another; if that one is gone by now, at the end.

    Raises:
        RefusedError: `document.too_many_pages`.
    """
    if new in pages or old not in pages:
        return add(pages, new, limits)
    return tuple(new if page_id == old else page_id for page_id in pages)


def remove(pages: PageIds, *page_ids: str) -> PageIds:
    """Leave pages out."""
    return tuple(page_id for page_id in pages if page_id not in page_ids)


def move(pages: PageIds, page_id: str, by: int) -> PageIds:
    """Move a page by so many places, at most to an end."""
    if page_id not in pages:
        return pages
    others = remove(pages, page_id)
    place = min(max(pages.index(page_id) + by, 0), len(others))
    return (*others[:place], page_id, *others[place:])


def arrange(pages: PageIds, order: PageIds) -> PageIds:
    """Put pages in an order that was suggested; one for other pages than these changes nothing."""
    return order if sorted(order) == sorted(pages) else pages
