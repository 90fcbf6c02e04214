"""The second verdict: what the look at a page said, set right by how well its upper part could be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.upload.domain.verdict import Verdict

LETTERS = 3  # of a word that counts; shorter ones are read into specks and rules
SURE = 60.0  # confidence (0 to 100) of a word that counts as read
SEVERAL = 12  # words: an address and a subject
WELL, BADLY, HARDLY = 90.0, 80.0, 60.0  # confidence, in all

ReadReason = Literal["hard_to_read"]

# What a good reading makes of each doubt about legibility; what else is wrong, recognition cannot know.
LIFTED: Mapping[str, str | None] = {
    "blurred": "soft",
    "too_small": "small",
    "too_dark": "dim",
    "too_bright": "bright",
    "soft": None,
    "small": None,
    "dim": None,
    "bright": None,
}
LASTING = frozenset(
    {"no_page", "incomplete", "too_long", "cut", "glare", "fingers"}
)  # reasons that may be why a page is to be taken again


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a part of a page could be read: words that recognition was sure of, and its confidence in all.

    Neither says enough alone: on a page that is blurred all over, recognition finds nothing, or is very sure
    of the one speck that it takes for a word.
    """

    words: int
    confidence: float

    @property
    def well(self) -> bool:
        """Say whether the part was read as a good scan is."""
        return self.words >= SEVERAL and self.confidence >= WELL

    @property
    def badly(self) -> bool:
        """Say whether words are missing or doubtful."""
        return self.words < SEVERAL or self.confidence < BADLY

    @property
    def hardly(self) -> bool:
        """Say whether next to nothing was read."""
        return self.words < SEVERAL // 3 or self.confidence < HARDLY


def reading_of(found: Iterable[tuple[str, float]]) -> Reading:
    """Return how well words, each with its confidence, were read."""
    counted = [(len(text), sure) for text, sure in found if sum(map(str.isalnum, text)) >= LETTERS]
    letters = sum(length for length, _ in counted)
    confidence = sum(length * sure for length, sure in counted) / letters if letters else 0.0
    return Reading(sum(sure >= SURE for _, sure in counted), round(confidence, 1))


def judge_again(verdict: Verdict, reasons: tuple[str, ...], reading: Reading) -> tuple[Verdict, tuple[str, ...]]:
    """Return verdict and reasons, the main one first, after the upper part of a page was read.

    * Read well, doubts about legibility are lifted: a grave one becomes slight, a slight one goes. Cut edges,
      glare, fingers and shadows stay: recognition does not miss what it cannot see.
    * Read hardly at all, or badly without a doubt before, it is `hard_to_read` and no worse: what recognition cannot
      read may be somebody's hand, and no better picture helps. That says what slight doubts say, too.
    * A page without writing to be seen is not blamed for having no words.
    """
    if "no_writing" in reasons:
        return verdict, reasons
    if reading.well:
        return _lifted(verdict, reasons)
    doubtful = any(reason in LIFTED for reason in reasons)
    if reading.hardly and doubtful and verdict != "retake":
        return "usable", ("hard_to_read", *(reason for reason in reasons if reason not in LIFTED))
    if reading.badly and not doubtful:
        return ("usable" if verdict == "good" else verdict), (*reasons, "hard_to_read")
    return verdict, reasons


def _lifted(verdict: Verdict, reasons: tuple[str, ...]) -> tuple[Verdict, tuple[str, ...]]:
    """Return what is left of a verdict, graver reasons still first."""
    left = [(reason, LIFTED.get(reason, reason)) for reason in reasons]
    kept = [after for before, after in left if after == before] + [after for before, after in left if after != before]
    named = tuple(reason for reason in dict.fromkeys(kept) if reason)
    if verdict == "retake" and LASTING & set(named):
        return "retake", named
    return ("usable" if named else "good"), named
