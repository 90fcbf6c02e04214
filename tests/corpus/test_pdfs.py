"""Every kind of PDF that people send becomes what a person would expect."""

from pathlib import Path

import pytest

from tests.corpus import covers, filled, geometry, spelling, strips
from tests.corpus.kind import Kind, differences, outcome

KINDS = [*filled.KINDS, *covers.KINDS, *spelling.KINDS, *geometry.KINDS, *strips.KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_pdf_becomes_what_a_person_expects(kind: Kind, tmp_path: Path) -> None:
    """The verdict and its reasons, the pages that are filed, and what can be found in them."""
    assert not differences(kind.expect, outcome(kind.make(tmp_path)))
