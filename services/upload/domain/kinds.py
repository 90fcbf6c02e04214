"""What kind of document a text is: a suggestion from the words that such papers carry, never a decision."""

from dataclasses import dataclass

from rapidfuzz import fuzz

from services.upload.domain.keywords import KEYWORDS

CLOSE = 85  # of 100: how alike a word of the text and a keyword must be, to allow for misread letters
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
    return _Points(kind, sum(points * _presence(word, text) for word, points in KEYWORDS[kind].items()))


def _presence(word: str, text: str) -> int:
    """Return 0 if a word is not in the text, 2 if it stands in its head, else 1."""
    if _holds(text[:HEAD], word):
        return 2
    return int(_holds(text[HEAD - len(word) :], word))


def _holds(text: str, word: str) -> bool:
    return len(text) >= len(word) and fuzz.partial_ratio(word, text, score_cutoff=CLOSE) > 0
