"""The figures that turn the page net's answers into a page; a phone's camera page judges by the same file."""

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Thresholds(BaseModel):
    """What `thresholds.json` says. Shares of the net's answers and of the picture go from 0 to 1.

    Attributes:
        side: pixels of the square that the net looks at.
        longest: pixels of the longer side of the copy of a picture that becomes this square.
        there: from here on there is a page, in the picture or at a place of the mask.
        goes_on: from here on the page is taken to go on beyond a border.
        unsure: how surely the page goes on beyond a border for a second opinion to be asked, from and to.
        surer: how sure the net must be of a place where a mask frays, tried in this order.
        four_sided: how like a page with four sides a mask is that needs no second thought.
        far: pictures away: such a corner is none.
        finer: how much finer than the mask its edge is followed.
        least_area: of the picture: a smaller patch is no page.
        at_border: of the picture: a side this near to a crossed border is the border.
        middle: of a side's length, from and to: near its ends lie rounded corners.
        beside: of the picture: points of the edge that are this near to a side belong to it.
        fewest: points that a side is fitted to; with fewer it stays as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int
    longest: int
    there: float
    goes_on: float
    unsure: tuple[float, float]
    surer: tuple[float, ...]
    four_sided: float
    far: float
    finer: int
    least_area: float
    at_border: float
    middle: tuple[float, float]
    beside: float
    fewest: int


@cache
def thresholds() -> Thresholds:
    """Return the thresholds; the file is read once in a process."""
    return Thresholds.model_validate_json((files(__package__) / "thresholds.json").read_bytes())
