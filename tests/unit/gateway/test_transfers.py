"""The rules of transfers: what headers mean, and where the next part begins."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.transfers import MOST_PARTS, Part, Transfer, checked_length, checksum_of, replaced_page
from services.gateway.settings import GatewaySettings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PAGE = "0192f0c1-2d3e-7abc-8def-0123456789ab"


def test_a_transfer_is_complete_with_its_last_byte_and_not_before() -> None:
    """Each part moves the place where the next one begins."""
    begun = Transfer(id="t", key="k", citizen_id="c", length=10, changed_at=NOW, expires_at=NOW)
    half = begun.grown(Part(object_key="a", size_bytes=4), NOW, NOW)
    whole = half.grown(Part(object_key="b", size_bytes=6), NOW, NOW)
    assert [(each.offset, each.complete) for each in (begun, half, whole)] == [(0, False), (4, False), (10, True)]
    assert [part.object_key for part in whole.parts] == ["a", "b"]
    half.check_offset("4")
    for wrong in ("0", "5", "-4", "", "4.0"):
        with pytest.raises(RefusedError, match=r"upload\.offset"):
            half.check_offset(wrong)


def test_a_transfer_in_crumbs_ends() -> None:
    """Who sends a file byte by byte begins anew at some point: each part makes all further ones dearer."""
    later = NOW + timedelta(days=7)
    transfer = Transfer(id="t", key="k", citizen_id="c", length=MOST_PARTS + 1, changed_at=NOW, expires_at=NOW)
    for number in range(MOST_PARTS):
        assert number == 0 or transfer.expires_at == later
        transfer = transfer.grown(Part(object_key=str(number), size_bytes=1), NOW, later)
    assert transfer.expires_at == NOW
    whole = transfer.grown(Part(object_key="rest", size_bytes=1), NOW, later)
    assert (whole.complete, whole.expires_at) == (True, later)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "upload.length"),
        ("ten", "upload.length"),
        ("9" * 5000, "upload.length"),
        ("٣", "upload.length"),
        ("0", "page.empty"),
        ("52428801", "page.too_large"),
    ],
)
def test_only_sizes_that_fit_are_begun(header: str, code: str) -> None:
    """A file that could never be kept is refused before its first byte."""
    limits = GatewaySettings().limits
    assert checked_length("52428800", limits) == limits.file_bytes
    with pytest.raises(RefusedError, match=code):
        checked_length(header, limits)


def test_metadata_names_the_page_that_is_taken_again() -> None:
    """Everything else a client says of its file is passed over, its name above all; nonsense is refused."""
    value = base64.b64encode(PAGE.encode()).decode()
    name = base64.b64encode("Kündigung Mustermann.jpg".encode()).decode()
    assert replaced_page(f"filename {name},replaces {value},is_confidential") == PAGE
    assert replaced_page("") is None
    for wrong in ("replaces ???", "replaces eA==", "replaces /w=="):
        with pytest.raises(RefusedError, match=r"upload\.metadata"):
            replaced_page(wrong)


def test_checksums_are_read_as_the_protocol_writes_them() -> None:
    """An algorithm and its digest; others than ours are refused."""
    found = checksum_of("sha1 " + base64.b64encode(b"x" * 20).decode())
    assert found is not None
    assert (found.algorithm, found.digest) == ("sha1", b"x" * 20)
    assert checksum_of(None) is None
    for wrong in ("md5 eA==", "sha256", "sha256 ?"):
        with pytest.raises(RefusedError, match=r"upload\.checksum_unknown"):
            checksum_of(wrong)
