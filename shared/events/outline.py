"""Where a page lies in its picture, as the check suggests it or as a person says."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Quad = tuple[tuple[Share, Share], tuple[Share, Share], tuple[Share, Share], tuple[Share, Share]]
Turn = Literal[0, 90, 180, 270]
By = Literal["citizen", "helper", "staff"]


class Outline(BaseModel):
    """The corners of a page and the turn that makes it upright; what is null is as the check finds it.

    Corners are top left, top right, bottom right and bottom left as the picture shows them, each as shares of its
    width and height after EXIF orientation. The turn is clockwise, in degrees.
    """

    model_config = ConfigDict(frozen=True)

    quad: Quad | None = None
    turn: Turn | None = None


AS_FOUND = Outline()
WHOLE: Quad = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
