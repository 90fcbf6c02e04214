"""What text recognition makes of a letter: marks taken for others, lines lost, words broken, specks read as text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from training.types.misreadings import LONGEST, TABLE

# How strongly a letter is misread (logarithm of the strength: mean, spread); 1 misreads 2.6 marks of 100.
USUAL = (-0.2, 0.8)  # half of the letters below 2 %, one in ten above 6 %
HARD = (0.3, 1.1)  # half above 3 %, one in ten above 13 %
SPECKS = "|.,:;'-_~=*°“\\/"


@dataclass(frozen=True, slots=True)
class Misreading:
    """How often a mark (or up to three) is misread, and as what, with weights."""

    share: float
    texts: tuple[str, ...]
    weights: tuple[int, ...]


@cache
def misreadings() -> Mapping[str, Misreading]:
    """Return what was measured on the project's letters."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return {
        true: Misreading(sum(one["as"].values()) / one["seen"], tuple(one["as"]), tuple(one["as"].values()))
        for true, one in table.items()
    }


def misread(text: str, rng: Random, strength: float) -> str:
    """Return a text as it may be read; `strength` 1 misreads as often as was measured."""
    table, out, place = misreadings(), [], 0
    while place < len(text):
        for length in range(LONGEST, 0, -1):
            found = table.get(text[place : place + length])
            share = min(0.5, strength * found.share) if found else 0.0
            if found and rng.random() < share:
                out.append(rng.choices(found.texts, found.weights)[0])
                place += length
                break
        else:
            out.append(text[place])
            place += 1
    return "".join(out)


def as_read(lines: Sequence[str], rng: Random, noise: tuple[float, float] = USUAL) -> str:
    """Return the lines of a letter as one reading: most fair, some bad, a few hardly legible."""
    strength = rng.lognormvariate(*noise)
    lost = rng.choice((0.0, 0.0, 0.05, 0.1, 0.25))
    kept = [line for line in lines if rng.random() >= lost] or list(lines)
    if rng.random() < 0.15:
        start = rng.randrange(len(kept))
        kept = kept[start:] + kept[:start]
    read = [misread(line, rng, strength) for line in kept]
    for _ in range(rng.choice((0, 0, 1, 3))):
        read.insert(rng.randrange(len(read) + 1), "".join(rng.choices(SPECKS, k=rng.randint(1, 4))))
    return "\n".join(read)
