"""The features by which a text's type is judged: its words, pairs of words and parts of words, counted."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

_WORD = re.compile(r"[a-zäöüß§]+(?:[0-9]{1,3}[a-z]?)?|[0-9]+")
_NUMBER = re.compile(r"^[0-9]+$")
_GREETING = re.compile(r"s.hr gee?hrte|guten tag|hallo \w|liebe[r]? \w")
SIZES = (4, 5)  # letters of the parts: a word with one misread letter still shares most of them
SUBJECT = 150  # characters before the greeting, or from the beginning if there is none
SUBJECT_PART = 6


def features(text: str) -> Counter[str]:
    """Return how often each feature occurs; numbers count only as numbers, for what they are says nothing.

    What stands where a subject stands counts once more, marked by ^: there a letter says what it is, while
    its body may name other papers.
    """
    read = " ".join(text.lower().split())
    words = _words(read)
    counted = Counter(words)
    counted.update(f"{first} {second}" for first, second in pairwise(words))
    for size in SIZES:
        counted.update(f"~{part}" for part in _parts(words, size))
    subject = _words(_subject(read))
    counted.update(f"^{word}" for word in subject)
    counted.update(f"^{part}" for part in _parts(subject, SUBJECT_PART))
    return counted


def _words(text: str) -> list[str]:
    return ["0" if _NUMBER.match(word) else word for word in _WORD.findall(text)]


def _parts(words: list[str], size: int) -> Iterator[str]:
    for word in words:
        edged = f"_{word}_"
        yield from (edged[place : place + size] for place in range(len(edged) - size + 1))


def _subject(text: str) -> str:
    """Return what stands before the greeting."""
    greeting = _GREETING.search(text)
    return text[max(0, greeting.start() - SUBJECT) : greeting.start()] if greeting else text[:SUBJECT]
