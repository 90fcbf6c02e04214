"""A file's seal: a signature inside the file that covers every byte of it, so that any change is found without parsing.

The seal is a compact JWS that stands in the file as it is. It says `pdf_sha256`, the SHA-256 of the file with a zero
in place of each character of the seal. This is what PDF's own signatures do (ISO 32000-2, 12.8.1: a digest over
all bytes but the signature's), with a JSON Web Key in place of a certificate.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

# Three parts in base64url; an Ed25519 signature has 64 bytes, thus 86 characters.
_SEAL = re.compile(rb"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{86}(?![\w-])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal found in a file, and the SHA-256 of the file around it."""

    jws: str
    sha256: str


def seal(data: bytes, place: str, sign: Callable[[str], str]) -> bytes:
    """Return `data` with `place`, a text as long as the seal, replaced by `sign(sha256)`.

    Raises:
        ValueError: the place is not there exactly once, or of another length than the seal.
    """
    mark = place.encode()
    if data.count(mark) != 1:
        raise ValueError("the place of the seal must be in the file exactly once")
    jws = sign(_digest(data, data.index(mark), len(mark))).encode()
    if len(jws) != len(mark):
        raise ValueError("the seal does not fit its place")
    return data.replace(mark, jws)


def find_seal(data: bytes) -> Sealed | None:
    """Return the seal of a file; None if there is none, or more than one."""
    found = list(_SEAL.finditer(data))
    if len(found) != 1:
        return None
    start, end = found[0].span()
    return Sealed(found[0].group().decode(), _digest(data, start, end - start))


def _digest(data: bytes, start: int, length: int) -> str:
    return hashlib.sha256(data[:start] + b"0" * length + data[start + length :]).hexdigest()
