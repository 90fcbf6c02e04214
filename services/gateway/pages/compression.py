"""Compressed answers: Brotli or gzip, as the client says it can read."""

import gzip
from functools import lru_cache
from typing import Literal

import brotli

LEAST = 512
"""Bytes below which compressing costs more than it saves."""
_QUICK = 5
KEPT = 32
"""Compressed pages that are kept: the first page in each language and encoding; some 400 KB each."""

Encoding = Literal["br", "gzip"]


def encoding_of(accept_encoding: str) -> Encoding | None:
    """Return the best encoding a client accepts (RFC 9110, 12.5.3), if it is one of ours."""
    accepted = {item.strip().replace(" ", "") for item in accept_encoding.split(",")}
    names = {item.partition(";")[0] for item in accepted if not item.endswith((";q=0", ";q=0.0"))}
    if "br" in names:
        return "br"
    return "gzip" if "gzip" in names else None


def compressed(data: bytes, encoding: Encoding) -> bytes:
    """Return `data` in an encoding, quickly rather than as small as can be."""
    if encoding == "br":
        return bytes(brotli.compress(data, quality=_QUICK))
    return gzip.compress(data, compresslevel=6, mtime=0)


kept_compressed = lru_cache(maxsize=KEPT)(compressed)
"""The same, for what many ask for: done once. Nothing that only one person may see belongs here."""
