"""Compressed bytes that unpack to far more, packed without walking through all of it."""

import zlib
from functools import cache

MIB = bytes(1 << 20)


@cache
def deflated(block: bytes, times: int, head: bytes = b"") -> bytes:
    """Return `head` and then `block` so many times, as one zlib stream (RFC 1950).

    After a full flush the code does not depend on what came before, so that of one block serves for all.
    """
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    body = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = zlib.adler32(head)
    for _ in range(times):
        check = zlib.adler32(block, check)
    return b"\x78\xda" + start + body * times + packer.flush() + check.to_bytes(4, "big")
