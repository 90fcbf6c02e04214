"""The wordings of letters: text files with alternatives, told apart by what may be learnt from and what only judges.

A file `letters/<type>.txt` has three parts: `== train`, `== held out` (looked at while choosing what to learn from),
`== unseen` (written when that was over, judged once); `---` parts two wordings; a line is a
paragraph. `[this|that|]` is one of its alternatives, `{amount}` something invented.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from services.upload.domain.keywords import KEYWORDS

Split = Literal["train", "held out", "unseen"]

FOLDER = Path(__file__).parent / "letters"
OTHER = "sonstiges"
KINDS = (*KEYWORDS, OTHER)
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to write a letter of a kind; `number` tells it from the kind's others."""

    kind: str
    number: int
    lines: tuple[str, ...]


@cache
def wordings(kind: str, split: Split) -> tuple[Wording, ...]:
    """Return the wordings of a kind that belong to one part."""
    parts = re.split(r"^== (.+)$", (FOLDER / f"{kind}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))[split].split("\n---\n")
    return tuple(Wording(kind, number, tuple(text.strip().split("\n"))) for number, text in enumerate(texts))


def chosen(text: str, rng: Random) -> str:
    """Return a text with one of each group of alternatives, the innermost first."""
    while match := _CHOICE.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    return text
