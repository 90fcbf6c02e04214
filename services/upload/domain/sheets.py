"""Files of several pages: which kinds of files can be one, and which page decides on the verdict."""

from collections.abc import Sequence
from typing import get_args

from services.upload.domain.reading import LIFTED
from services.upload.domain.verdict import Verdict
from shared.limits import PDF_WITHIN

_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # the best first
_TIFF = (b"II*\x00", b"MM\x00*")


def may_have_several(data: bytes) -> bool:
    """Tell whether a file, by its first bytes, may be a TIFF or a PDF; every other picture is one page."""
    return data.startswith(_TIFF) or b"%PDF-" in data[:PDF_WITHIN]


def worst_of(verdicts: Sequence[Verdict]) -> int:
    """Return the place, from 0, of the page that decides on the verdict of a file: the first of the worst."""
    return max(range(len(verdicts)), key=lambda place: _VERDICTS.index(verdicts[place]))


def to_be_read(reasons: Sequence[Sequence[str] | None]) -> list[int]:
    """Return the places of the pages whose upper part is worth reading.

    These are the first one, which tells what the document may be, and each whose writing is in doubt: only there can
    reading lift a reason. `reasons` are those of each page; None of one that shows no page.
    """
    seen = [place for place, found in enumerate(reasons) if found is not None]
    return [place for place in seen if place == seen[0] or LIFTED.keys() & set(reasons[place] or ())]
