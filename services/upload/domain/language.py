"""Which language a page is in: German if it has German's small words, else the one that reads best."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.upload.domain.facts.page import Seen

# Tesseract's language data by the script it detects; in the order in which they are tried.
CANDIDATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Latin": ("eng", "tur", "ron"), "Cyrillic": ("ukr", "rus", "bul"), "Arabic": ("ara",)}
)
_GERMAN = (
    "der die das den dem des und oder in im zu zum zur mit von vom bis für auf aus bei nach ist sind wird werden nicht "
    "sie ihr ihre ihrer ihren ihnen wir uns unser unsere ein eine einen einer eines als auch an am bitte dass wenn "
    "über durch vor kann können haben hat seit"
)
# Letters that the other languages of the same script do not have.
OWN: Mapping[str, str] = MappingProxyType({"ukr": "іїєґ", "rus": "ыэё", "bul": "", "ara": ""})
SMALL_WORDS = frozenset(_GERMAN.split())
GERMAN = 0.08  # share of small words: running German has about 0.35, a form some, other languages hardly any
WORDS = 8  # below, there is nothing to judge by
SURE = 93.0  # of 100: a table without small words that was read this well is taken as it is
FOREIGN = 65.0  # of 100: what is read worse as German is hardly in its letters at all
BETTER = 2.0  # by so much another language must be read better: for less, German keeps its umlauts


def is_german(words: Sequence[Seen]) -> bool:
    """Say whether what was read as German is German, or too little to say otherwise."""
    if len(words) < WORDS:
        return not words
    small = sum(word.text.lower().strip(".,:;()") in SMALL_WORDS for word in words)
    return small >= GERMAN * len(words) or legibility(words) >= SURE


def candidates(script: str, german: float) -> tuple[str, ...]:
    """Return the languages to try for a script that was detected, or guessed, and German's legibility."""
    likely = CANDIDATES.get(script, ())
    rest = [language for group in CANDIDATES.values() for language in group if language not in likely]
    return (*likely, *rest) if german < FOREIGN else likely


def legibility(words: Sequence[Seen]) -> float:
    """Return the mean confidence (0 to 100) of the letters read; 0 if there are none."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / letters if letters else 0.0


def script_of(text: str) -> str:
    """Return the script of most letters of a text, as Tesseract and Unicode name it; Latin if there are none."""
    scripts = Counter(unicodedata.name(mark, "").split(" ")[0].capitalize() for mark in text if mark.isalpha())
    return max(scripts, key=lambda script: scripts[script]) if scripts else "Latin"


def languages_of(text: str) -> tuple[str, ...]:
    """Return in which languages a text that is known may be read on its page, the likeliest first; maybe none.

    A text in Cyrillic shows by single letters which language it is not.
    """
    script = script_of(text)
    if script == "Latin":
        return ("deu", *CANDIDATES[script])
    letters = set(text.lower())
    return tuple(sorted(CANDIDATES.get(script, ()), key=lambda language: -len(letters & set(OWN[language]))))
