"""What kind of document a text is: a suggestion from the words that such papers carry, never a decision."""

from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from services.upload.domain.keywords import KEYWORDS

CLOSE = 88  # of 100: how alike a phrase and its place in the text must be, to allow for misread letters
LETTERS_PER_MISTAKE = 8  # in single words
PUNCTUATION = ".,;:!?()[]\"'*|"
HEAD = 600  # characters in which a title stands; words found there count twice
LEAST = 3.0  # points below which nothing is suggested


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A document type with the confidence (0 to 1) that it is the right one."""

    type: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Points:
    type: str
    points: float


def suggest(text: str) -> tuple[Suggestion, ...]:
    """Return up to three types, the likeliest first; none means "don't know".

    A type's points are those of its keywords that the text holds, spelling mistakes of the recognition
    allowed. Confidence is the share of all points, lowered when there are few of them.
    """
    read = " ".join(text.lower().split())
    ranked = sorted((_points(kind, read) for kind in KEYWORDS), key=lambda found: -found.points)
    likely = [found for found in ranked if found.points >= LEAST][:3]
    total = sum(found.points for found in ranked)
    return tuple(Suggestion(type=found.type, confidence=round(found.points / (total + LEAST), 2)) for found in likely)


def _points(kind: str, text: str) -> _Points:
    head, rest = text[:HEAD], text[HEAD:]
    points = 0
    for word, weight in KEYWORDS[kind].items():
        points += weight * (2 if _holds(head, word) else int(_holds(rest, word)))
    return _Points(kind, points)


def _holds(text: str, keyword: str) -> bool:
    """Say whether a text holds a phrase, or a word of its own: an Ankündigung is no Kündigung."""
    if " " in keyword:
        return len(text) >= len(keyword) and fuzz.partial_ratio(keyword, text, score_cutoff=CLOSE) > 0
    allowed = len(keyword) // LETTERS_PER_MISTAKE
    words = (word.strip(PUNCTUATION) for word in text.split())
    return any(Levenshtein.distance(keyword, word, score_cutoff=allowed) <= allowed for word in words)
