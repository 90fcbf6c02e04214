"""What citizens were promised: one JSON line for each answer 2xx, on disk before anybody goes on."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Accepted:
    """One thing that was answered 2xx: what it is, its id, whose it is, and what else is needed to look for it."""

    kind: str  # page, document, replacement, consent, callback, newcomer
    id: str
    citizen: str
    about: dict[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()


class Notebook:
    """Remembers what was tried and what was accepted."""

    def __init__(self, path: Path) -> None:
        """Begin a new one at `path`."""
        self._path = path
        path.write_text("")
        self.accepted: list[Accepted] = []
        self.attempted: Counter[str] = Counter()
        self.given_up: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()

    def keep(self, thing: Accepted) -> None:
        """Write down what was accepted."""
        self.accepted.append(thing)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(thing)) + "\n")

    def of(self, kind: str) -> list[Accepted]:
        """Return what was accepted of one kind."""
        return [thing for thing in self.accepted if thing.kind == kind]
