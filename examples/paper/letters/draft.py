"""What a writer of letters is given: a source of invented facts, a date, and who the letter is for."""

from dataclasses import dataclass
from datetime import date
from random import Random

from examples.paper.letter import Person


@dataclass(frozen=True, slots=True)
class Draft:
    """The order for one letter."""

    rng: Random
    on: date
    variant: int
    recipient: Person
    cut_on: date | None = None
