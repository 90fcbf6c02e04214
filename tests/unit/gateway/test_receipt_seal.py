"""The seal inside a file: it covers every byte around it, and there is only one."""

import hashlib

import pytest

from services.gateway.domain.seal import find_seal, seal
from services.gateway.domain.signing import Keys

KEYS = Keys(()).with_new()
PLACE = KEYS.sign(b'{"sha256":"' + b"0" * 64 + b'"}')
FILE = b"%PDF- before\n" + PLACE.encode() + b"\nafter %%EOF"


def sign(sha256: str) -> str:
    """Return a seal."""
    return KEYS.sign(f'{{"sha256":"{sha256}"}}'.encode())


def test_sealed_file_says_its_own_hash() -> None:
    """The hash in the seal is that of the file with zeros in the seal's place, and nothing else changed."""
    sealed = seal(FILE, PLACE, sign)
    found = find_seal(sealed)
    assert found
    assert found.jws == sign(found.sha256)
    assert len(sealed) == len(FILE)
    assert found.sha256 == hashlib.sha256(FILE.replace(PLACE.encode(), b"0" * len(PLACE))).hexdigest()


def test_every_byte_around_the_seal_counts() -> None:
    """Changing, adding or taking away any byte gives another hash, or no seal."""
    sealed = seal(FILE, PLACE, sign)
    right = find_seal(sealed)
    start = sealed.index(PLACE[:20].encode())
    around = [n for n in range(len(sealed)) if not start <= n < start + len(PLACE)]
    changed = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in around]
    moved = [sealed + b"\n", b"\n" + sealed, sealed[:-1], sealed[1:]]
    for other in (*changed, *moved):
        found = find_seal(other)
        assert found is None or found.sha256 != (right and right.sha256)


def test_one_seal_and_no_more() -> None:
    """A file without a seal, or with a second one somewhere, is not read as sealed."""
    assert find_seal(b"%PDF- nothing") is None
    assert find_seal(seal(FILE, PLACE, sign) + b" " + PLACE.encode()) is None


def test_place_must_be_there_once_and_fit() -> None:
    """What would make a wrong seal is an error instead."""
    with pytest.raises(ValueError, match="exactly once"):
        seal(FILE + PLACE.encode(), PLACE, sign)
    with pytest.raises(ValueError, match="exactly once"):
        seal(b"%PDF-", PLACE, sign)
    with pytest.raises(ValueError, match="fit"):
        seal(FILE, PLACE, lambda sha256: sign(sha256) + "A")
