"""A stock of sheets and surfaces that is renewed while it is used, so that drawing one costs little."""

from dataclasses import dataclass, field
from typing import Self

from numpy.random import Generator

from training.generate.desk import load_pictures, surface
from training.generate.paper import sheet
from training.generate.texture import Canvas

RENEW = 0.25  # chance that a draw replaces what it takes


@dataclass(slots=True)
class Stock:
    """Sheets and surfaces ready to be photographed."""

    sheets: list[Canvas]
    surfaces: list[Canvas]
    pictures: list[Canvas]
    letters: list[Canvas] = field(default_factory=list)

    @classmethod
    def make(cls, rng: Generator, size: int = 60, pictures: int = 40, letters: list[Canvas] | None = None) -> Self:
        """Fill a stock with `size` sheets and surfaces, and read up to `pictures` installed wallpapers."""
        loaded = load_pictures(rng, pictures)
        sheets = [sheet(rng) for _ in range(size)]
        return cls(sheets, [surface(rng, loaded) for _ in range(size)], loaded, letters or [])

    def sheet(self, rng: Generator) -> Canvas:
        """Return a sheet; one in four is a real letter where there are any."""
        if self.letters and rng.random() < 0.25:
            return self.letters[int(rng.integers(len(self.letters)))]
        at = int(rng.integers(len(self.sheets)))
        if rng.random() < RENEW:
            self.sheets[at] = sheet(rng)
        return self.sheets[at]

    def surface(self, rng: Generator) -> Canvas:
        """Return a surface."""
        at = int(rng.integers(len(self.surfaces)))
        if rng.random() < RENEW:
            self.surfaces[at] = surface(rng, self.pictures)
        return self.surfaces[at]
