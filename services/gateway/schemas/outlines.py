"""Where a page lies in its picture: as it is asked for, and as it is shown."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.gateway.domain.outlines import quad_of
from services.gateway.domain.pages import Page
from services.gateway.domain.progress import PageState
from services.gateway.schemas.asked import Asked
from services.gateway.schemas.shown import Shown
from shared.events.outline import AS_FOUND, By, Outline, Turn

Share = Annotated[float, Field(allow_inf_nan=False)]
Corner = tuple[Share, Share]


class OutlineWish(Asked):
    """The corners of a page, and the turn that makes it upright; what is null is as the check finds it.

    Corners are top left, top right, bottom right and bottom left as the picture shows them, each as shares (0 to 1) of
    its width and height after EXIF orientation. The turn is clockwise, in degrees.
    """

    quad: Annotated[
        tuple[Corner, Corner, Corner, Corner] | None,
        Field(examples=[[[0.08, 0.05], [0.93, 0.07], [0.97, 0.96], [0.04, 0.94]]]),
    ] = None
    turn: Turn | None = None

    @property
    def outline(self) -> Outline:
        """The outline that is wished for.

        Raises:
            RefusedError: `outline.outside`, `outline.crossed`, `outline.too_small`.
        """
        return Outline(quad=quad_of(self.quad) if self.quad else None, turn=self.turn)


class OutlineShown(Shown):
    """Where a page lies, by the check (`suggested`) and by a person (`corrected`), with who said so when.

    `width` and `height` are pixels of the picture, 0 until it was opened. A page of a PDF can be turned only. The state
    is `uploaded` until the page was checked by the newest outline.
    """

    page_id: str
    state: PageState
    width: int
    height: int
    turn_only: bool
    suggested: Outline | None
    corrected: Outline | None
    by: By | None
    at: datetime | None
    version: int

    @classmethod
    def of(cls, page: Page) -> "OutlineShown":
        """Return the outline of a page as whoever may see the page does."""
        last = page.corrections[-1] if page.corrections and page.outline != AS_FOUND else None
        return cls(
            page_id=page.id,
            state=page.state,
            width=page.check.width if page.check else 0,
            height=page.check.height if page.check else 0,
            turn_only=page.turn_only,
            suggested=page.suggested,
            corrected=last.outline if last else None,
            by=last.by if last else None,
            at=last.at if last else None,
            version=page.outline_version,
        )
