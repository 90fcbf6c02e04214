"""How much of a page's writing something spoils, and where on the page it is."""

from dataclasses import dataclass

import numpy as np

from services.upload.domain.cells import Mask


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Something that lies on the writing: the share of it that is touched (0 to 1), and its squares."""

    share: float
    where: Mask

    @classmethod
    def nothing(cls, shape: tuple[int, int]) -> "Spoilt":
        """Return that nothing is spoilt on a page of so many squares."""
        return cls(0.0, np.zeros(shape, bool))
