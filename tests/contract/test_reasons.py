"""Whatever the upload service says about a page, the gateway has words for it in every language."""

from typing import get_args

import pytest

from services.gateway.store.catalogues import load_texts
from services.upload.domain.reading import ReadReason
from services.upload.domain.refusal import RefusalCode
from services.upload.domain.verdict import Reason

CATALOGUES = load_texts().catalogues


@pytest.mark.parametrize("language", sorted(CATALOGUES))
@pytest.mark.parametrize("code", [*get_args(Reason), *get_args(ReadReason), *get_args(RefusalCode)])
def test_no_reason_is_wordless(language: str, code: str) -> None:
    """What is wrong with a page or a file is said with its reason, not with the general text."""
    reasons = CATALOGUES[language]["reasons"]
    assert reasons.get(code)
    assert reasons[code] != reasons["other"]
