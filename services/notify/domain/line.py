"""Lines: what presses goes first and has room of its own; strangers come last and get a part of the room."""

from dataclasses import dataclass
from typing import Literal

Rank = Literal[0, 1, 2]
URGENT: Rank = 0
USUAL: Rank = 1
STRANGERS: Rank = 2


@dataclass(frozen=True, slots=True)
class Room:
    """What may be tried now.

    Attributes:
        ranks: of which ranks.
        busy: to whom nothing may go: enough is on its way there, or they do not answer.
    """

    ranks: tuple[Rank, ...] = (URGENT, USUAL, STRANGERS)
    busy: tuple[str, ...] = ()
