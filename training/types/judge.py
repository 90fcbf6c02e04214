"""How well the shipped model tells types: on wordings held out from learning, and on letters really read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random

import numpy as np
from rich.progress import track

from examples.paper.letter import Letter
from examples.paper.letters import KINDS as RENDERED
from examples.paper.letters import write
from examples.paper.render import render
from services.upload.client.ocr import read_words
from services.upload.domain.kinds import OTHER, TypeModel, suggest
from services.upload.domain.pixels import Picture, grey
from training.types.learn import Reading, readings
from training.types.misreadings import DPI, worsened
from training.types.noise import HARD

GUESS = 0.4  # confidence below which a suggestion counts as "don't know": it alarms nobody and goes to no team


@dataclass(slots=True)
class Figures:
    """What was suggested for the letters of one set."""

    letters: int = 0
    first: int = 0
    among_three: int = 0
    wrongly_sure: int = 0
    others: int = 0
    others_unknown: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, kind: str, model: TypeModel, text: str) -> None:
        """Count one letter."""
        found = suggest(text, model)
        likeliest, sure = (found[0].type, found[0].confidence) if found else (OTHER, 1.0)
        self.wrongly_sure += likeliest not in (kind, OTHER) and sure >= GUESS
        if kind == OTHER:
            self.others += 1
            self.others_unknown += not found or sure < GUESS
        else:
            self.letters += 1
            self.first += likeliest == kind
            self.among_three += kind in {one.type for one in found}
        if likeliest != kind and (kind != OTHER or sure >= GUESS):
            self.confused[kind, likeliest] += 1

    def summary(self) -> dict[str, float | int | None]:
        """Return counts and shares."""
        return {
            "letters": self.letters,
            "first": round(self.first / self.letters, 4),
            "among three": round(self.among_three / self.letters, 4),
            "other letters": self.others,
            "of them don't know": round(self.others_unknown / self.others, 4) if self.others else None,
            "wrong with confidence >= .4": round(self.wrongly_sure / (self.letters + self.others), 4),
        }


def judge(model: TypeModel, letters: int, rendered: int) -> dict[str, Figures]:
    """Judge so many generated letters a kind, and so many letters that were rendered, worsened and read."""
    sets = {
        "held-out wordings": readings("held out", letters, 7),
        "held-out wordings, badly read": readings("held out", letters, 8, HARD),
        "unseen wordings": readings("unseen", letters, 9),
        "rendered and read": [read(number) for number in track(range(rendered), description="reading")],
    }
    figures = {name: Figures() for name, made in sets.items() if made}
    for name, found in figures.items():
        for one in sets[name]:
            found.add(one.kind, model, one.text)
    return figures


def letter_of(number: int) -> Letter:
    """Return a letter of the examples: their wordings are in no training set."""
    return write(RENDERED[number % len(RENDERED)], Random(f"judge {number}"), date(2026, 3, 2))


def page_of(number: int) -> Picture:
    """Return such a letter rendered and worsened, grey."""
    rng = np.random.default_rng(10_000 + number)
    return worsened(grey(render(letter_of(number), DPI)[..., ::-1].copy()), rng)


def read(number: int) -> Reading:
    """Have Tesseract read such a letter."""
    letter = letter_of(number)
    lines: dict[int, list[str]] = {}
    for word in read_words(page_of(number), DPI):
        lines.setdefault(word.line, []).append(word.text)
    return Reading("\n".join(" ".join(words) for words in lines.values()), letter.kind, letter.variant)
