"""Which sheets are worth comparing: those that share the words by which letters are told apart."""

from collections.abc import Mapping, Sequence

from services.upload.domain.likeness.fingerprint import Fingerprint
from services.upload.domain.likeness.same import FEW_WORDS

MOST_KEYS = 24
MOST_LIKELY = 5
LEAST_SHARED = 0.25  # of the keys: numbers are read wrongly, and of a letter that is cut off some are missing


def keys_of(fingerprint: Fingerprint) -> list[int]:
    """Return the hashes by which a sheet is looked for: of dates and numbers first, fewer where there are few words."""
    return list(dict.fromkeys(mark.token for mark in fingerprint.marks))[:MOST_KEYS]


def likely_among(keys: Sequence[int], known: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the few ids of `known` sheets, by their keys, that may be of the same sheet, the likeliest first.

    A sheet with next to no words is like any other such sheet; of those the newest are taken, and their ink decides.
    """
    if len(keys) < FEW_WORDS:
        return [name for name in sorted(known, reverse=True) if len(known[name]) < MOST_KEYS][:MOST_LIKELY]
    shared = {name: len(set(keys) & set(theirs)) for name, theirs in known.items()}
    enough = [name for name, count in shared.items() if count >= LEAST_SHARED * len(keys)]
    return sorted(enough, key=lambda name: (shared[name], name), reverse=True)[:MOST_LIKELY]
