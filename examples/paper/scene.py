"""How a letter is photographed: on which desk, from where, in which light, and how well."""

from dataclasses import dataclass
from typing import Literal

Desk = Literal["oak", "walnut", "linen", "checked", "laminate"]
Side = Literal["L", "T", "R", "B"]
Turn = Literal[0, 90, 180, 270]
FULL_SIZE = 4000


class ImpossibleSceneError(ValueError):
    """The wishes contradict each other, such as a page cut left and right that is too narrow for it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Lengths in pixels (blur, motion) are meant on a picture of 4000 pixels and shrink with smaller ones.

    A ``cut_*`` is the share of the page's extent, across that border, that lies outside the picture.
    """

    desk: Desk = "oak"
    width: int = 3000
    height: int = 4000
    fill: float = 0.92
    shift: tuple[float, float] = (0.0, 0.0)
    turn: Turn = 0
    angle: float = 1.5
    pitch: float = 5.0
    roll: float = 1.0
    lift: float = 5.0
    cut_left: float = 0.0
    cut_top: float = 0.0
    cut_right: float = 0.0
    cut_bottom: float = 0.0
    light_from: float = 125.0
    gradient: float = 0.2
    warmth: float = 0.25
    exposure: float = 1.0
    shade: float = 0.15
    glare: float = 0.0
    blur: float = 0.9
    motion: float = 0.0
    motion_angle: float = 20.0
    noise: float = 2.2
    envelope: bool = False

    def __post_init__(self) -> None:
        """Refuse what no camera can do.

        Raises:
            ImpossibleSceneError: a share is not below 0.9, or the page would not fill anything.
        """
        cuts = (self.cut_left, self.cut_top, self.cut_right, self.cut_bottom)
        if not all(0 <= cut < 0.9 for cut in cuts):  # noqa: PLR2004 - a rest of the page must stay in view
            raise ImpossibleSceneError(f"each cut must be at least 0 and below 0.9: {cuts}")
        if not 0 < self.fill <= 0.98 or min(self.width, self.height) < 64:  # noqa: PLR2004 - see message
            raise ImpossibleSceneError("fill must be above 0 and at most 0.98, the picture 64 pixels or more")

    @property
    def scale(self) -> float:
        """Pixels of this picture per pixel of a full-size one."""
        return max(self.width, self.height) / FULL_SIZE
