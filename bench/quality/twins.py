"""A letter and its twin: the same paper with the dates of the next month, or with other amounts as well."""

import re
from collections.abc import Callable
from dataclasses import replace

from examples.paper.letter import Block, Box, Letter, Paragraph, Table

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
_DAY = re.compile(r"\b(\d{2})\.(\d{2})\.(\d{4})")
_MONTH = re.compile("|".join(MONTHS))
_AMOUNT = re.compile(r"\b(\d[\d.]*),(\d{2})\b")


def next_month(letter: Letter, *, amounts: bool) -> Letter:
    """Return the letter that the same sender writes a month later; nothing else in it is another."""

    def told(text: str) -> str:
        later = _MONTH.sub(lambda found: MONTHS[(MONTHS.index(found[0]) + 1) % 12], _DAY.sub(_later, text))
        return _AMOUNT.sub(_dearer, later) if amounts else later

    reference = tuple((label, told(value)) for label, value in letter.reference)
    body = tuple(_told(block, told) for block in letter.body)
    return replace(letter, reference=reference, subject=told(letter.subject), body=body)


def _later(found: re.Match[str]) -> str:
    return f"{min(int(found[1]), 28):02}.{int(found[2]) % 12 + 1:02}.{found[3]}"


def _dearer(found: re.Match[str]) -> str:
    return f"{found[1]},{(int(found[2]) + 17) % 100:02}"


def _told(block: Block, told: Callable[[str], str]) -> Block:
    match block:
        case Paragraph():
            return replace(block, text=told(block.text))
        case Table():
            rows = tuple(tuple(map(told, row)) for row in block.rows)
            return replace(block, header=tuple(map(told, block.header)), rows=rows)
        case Box():
            return replace(block, lines=tuple(map(told, block.lines)))
    return block
