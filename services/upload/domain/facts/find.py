"""Finds the facts of a document, page by page, the surest reading of each."""

from collections.abc import Iterable, Iterator

from services.upload.domain.facts.accounts import accounts
from services.upload.domain.facts.amounts import amounts
from services.upload.domain.facts.dates import dates
from services.upload.domain.facts.fact import Fact
from services.upload.domain.facts.numbers import numbers
from services.upload.domain.facts.page import FactPage
from services.upload.domain.facts.sender import sender

MOST = 300  # facts of a document; a statement of many pages has no end of amounts


def find_facts(pages: Iterable[FactPage]) -> tuple[Fact, ...]:
    """Return the facts of a document's pages, in the order of the pages and from top to bottom.

    A value that stands on a page several times for the same purpose is named once, where it was read best.
    """
    best: dict[tuple[int, str, str], Fact] = {}
    for fact in _all(pages):
        key = fact.page, fact.kind, fact.value
        if key not in best or fact.confidence > best[key].confidence:
            best[key] = fact
    placed = sorted(best.values(), key=lambda fact: (fact.page, fact.box[1], fact.box[0]))
    return tuple(placed[:MOST])


def _all(pages: Iterable[FactPage]) -> Iterator[Fact]:
    for page in pages:
        if not page.words:
            continue
        if page.number == 1:
            yield from sender(page)
        for find in (dates, amounts, accounts, numbers):
            yield from find(page)
