"""Versions of the broker whose behaviour is known."""

import re

import pytest

from shared.messaging.broker import KNOWN_VERSIONS


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("3.10.8", True),
        ("3.13.7", True),
        ("4.0.1", True),
        ("4.3.3", True),
        ("3.9.1", False),
        ("4.4.0", False),
        ("", False),
    ],
)
def test_a_version_that_nobody_tried_is_told(version: str, known: bool) -> None:  # noqa: FBT001 - a table
    """An operator who moves to another broker reads at the first start that details may differ."""
    assert bool(re.fullmatch(KNOWN_VERSIONS, version)) == known
