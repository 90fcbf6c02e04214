"""Digits that were read as letters: what a mark stands for where only a digit can stand."""

import re

ALWAYS = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "!": "1"})
INSIDE = str.maketrans({"S": "5", "B": "8", "Z": "2", "G": "6"})  # at the beginning they may be meant as letters


def as_digits(word: str) -> str | None:
    """Return a word as the digits it was meant to be; None if it is no number, or less than half of it digits."""
    plain = re.sub(r"[.\-/ ]", "", word)
    if 2 * sum(mark.isdigit() for mark in plain) < len(plain) or not plain:
        return None
    repaired = plain[0].translate(ALWAYS) + plain[1:].translate(ALWAYS).translate(INSIDE)
    return repaired if repaired.isascii() and repaired.isdigit() else None


def repaired(text: str) -> str:
    """Return a text in which marks that look like 0 and 1 are these digits."""
    return text.translate(ALWAYS)
