"""IBANs on a page: only those whose check digits are right, misread digits put right if that makes them so."""

import re
from collections.abc import Iterator

from stdnum import iban

from services.upload.domain.facts.fact import Fact
from services.upload.domain.facts.misread import as_digits
from services.upload.domain.facts.page import FactPage

_GERMAN = re.compile(r"(?<!\w)[DO0]E ?[0-9OolISBZG|]{2}(?: ?[0-9OolISBZG|]){18}(?!\w)")
_FOREIGN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")


def accounts(page: FactPage) -> Iterator[Fact]:
    """Yield every IBAN with correct check digits (ISO 13616), without spaces."""
    for pattern in (_GERMAN, _FOREIGN):
        for match in pattern.finditer(page.stream.text):
            plain = match[0].replace(" ", "")
            found = next((number for number in _readings(plain) if iban.is_valid(number)), None)
            if found and (pattern is _GERMAN or not found.startswith("DE")):
                yield page.fact("iban", found, page.stream.at(match.start(), match.end()), 0.98)


def _readings(plain: str) -> Iterator[str]:
    """Yield a number as it was read, and as it was probably meant."""
    yield plain
    if digits := as_digits(plain[2:]):
        yield f"DE{digits}"
