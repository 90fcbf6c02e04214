"""Signs of a kind of document: points for the words that name it, and what its dates are for."""

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from services.upload.domain.facts.calendar import days_in
from services.upload.domain.facts.dates import AFTER, BEFORE, purpose
from services.upload.domain.facts.fact import FactKind
from services.upload.domain.keywords import KEYWORDS

CLOSE = 88  # of 100: how alike a phrase and its place in the text must be, to allow for misread letters
LETTERS_PER_MISTAKE = 8  # in single words
PUNCTUATION = ".,;:!?()[]\"'*|"
TELLING: tuple[FactKind, ...] = ("cut_off_date", "earliest_cut_date", "deadline", "period_end")
TOLD = 8.0  # points for a date of such a purpose, about those of two good words
HEAD = 600  # characters in which a title stands; words found there count twice


def signs(text: str) -> tuple[float, ...]:
    """Return the points of every kind, then `TOLD` for each purpose in `TELLING` that some date of the text has.

    An announcement names the day of the cut, a threat none or an earliest one: in words alone they are alike.
    """
    read = " ".join(text.lower().split())
    purposes = {
        purpose(read[max(0, found.start - BEFORE) : found.start], read[found.end : found.end + AFTER])
        for found in days_in(read)
    }
    return (*points(text), *(TOLD * (kind in purposes) for kind in TELLING))


def points(text: str) -> tuple[float, ...]:
    """Return the points of every kind in `KEYWORDS`, in its order."""
    read = " ".join(text.lower().split())
    head, rest = read[:HEAD], read[HEAD:]
    words = _words(head), _words(rest)
    return tuple(_points(kind, (head, rest), words) for kind in KEYWORDS)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip(PUNCTUATION) for word in text.split())


def _points(kind: str, texts: tuple[str, str], words: tuple[frozenset[str], frozenset[str]]) -> float:
    found = 0.0
    for keyword, weight in KEYWORDS[kind].items():
        found += weight * (2 if _holds(texts[0], words[0], keyword) else int(_holds(texts[1], words[1], keyword)))
    return found


def _holds(text: str, words: frozenset[str], keyword: str) -> bool:
    """Say whether a text holds a phrase, or a word of its own: an Ankündigung is no Kündigung."""
    if " " in keyword:
        return len(text) >= len(keyword) and fuzz.partial_ratio(keyword, text, score_cutoff=CLOSE) > 0
    if keyword in words:
        return True
    allowed = len(keyword) // LETTERS_PER_MISTAKE
    alike = (word for word in words if abs(len(word) - len(keyword)) <= allowed)
    return bool(allowed) and any(Levenshtein.distance(keyword, word, score_cutoff=allowed) <= allowed for word in alike)
