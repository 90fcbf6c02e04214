"""Every kind of picture that people send becomes what a person would expect."""

from pathlib import Path

import pytest

from tests.corpus.kind import Kind, differences, outcome
from tests.corpus.pictures import KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_picture_becomes_what_a_person_expects(kind: Kind, tmp_path: Path) -> None:
    """The verdict and its reasons, the pages that are filed, and what can be found in them."""
    assert not differences(kind.expect, outcome(kind.make(tmp_path)))
