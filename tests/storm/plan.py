"""What a storm is to be, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.storm.account import Account
from tests.storm.echo import SHARE
from tests.storm.evidence import Evidence
from tests.storm.faults import Fault


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how much, and what."""

    seconds: float
    seed: int
    faults: Sequence[Fault]
    pages: int | None = None  # the crowd stops after so many
    events: int | None = None  # the storm goes on until so many were handled
    least_faults: int = 0  # the storm goes on until so many have happened
    at_once: int = 4
    pause_s: float = 0.5
    between_s: float = 3.0  # at most, from the end of a fault to the next
    drain_s: float = 300.0  # at most
    settle_s: float = 0.0  # at least: so long it takes until all that was announced was compared with what arrived
    lying: float = 0.0  # the share of messages that the broker confirms and loses
    poisoned: bool = True
    repeated: float = SHARE  # of all events, said twice
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What was done, what was answered, what was found."""

    account: Account
    found: Evidence
    faults: Counter[str]
    answers: Counter[str]
    refused: Counter[str]
    given_up: Counter[str]
    unfetched: list[str]
    live: dict[str, str]
    drained_s: float
    seconds: float
    lied: int
    complaints: Counter[str]
