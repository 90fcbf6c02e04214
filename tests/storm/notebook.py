"""What citizens were promised: one JSON line for each answer 2xx, on disk before anybody goes on."""

import json
from collections import Counter
from collections.abc import Iterator
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
    """Remembers what was tried and what was accepted; a storm that goes on in the same folder reads on from it."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier part of the storm left, if any."""
        self._path = path
        self.accepted: list[Accepted] = list(_read(path)) if path.exists() else []
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


def _read(path: Path) -> Iterator[Accepted]:
    for line in path.read_text().splitlines():
        values = json.loads(line)
        yield Accepted(**values | {"pages": tuple(values["pages"])})
