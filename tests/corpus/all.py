"""The whole corpus by name."""

from tests.corpus import boxes, jpegs, pdfs, pngs, strange, tiffs
from tests.corpus.case import Case

CORPUS: dict[str, Case] = {
    **strange.GOOD,
    **strange.OTHERS,
    **jpegs.CASES,
    **pngs.CASES,
    **tiffs.CASES,
    **boxes.CASES,
    **pdfs.CASES,
}
