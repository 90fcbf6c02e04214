"""Whatever the upload service says about a page, the gateway has words for it in every language."""

from typing import get_args

import pytest

from services.gateway.store.catalogues import load_texts
from services.upload.domain.refusal import RefusalCode

CATALOGUES = load_texts().catalogues


@pytest.mark.parametrize("language", sorted(CATALOGUES))
@pytest.mark.parametrize("code", get_args(RefusalCode))
def test_no_refusal_is_wordless(language: str, code: str) -> None:
    """A file that cannot be read is answered with its reason, not with the general text."""
    reasons = CATALOGUES[language]["reasons"]
    assert reasons.get(code)
    assert reasons[code] != reasons["other"]
