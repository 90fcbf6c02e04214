"""Codes that people type: kept only as slow hashes, each kind with a salt of its own."""

import asyncio
import hashlib

from services.gateway.domain.refusal import RefusedError
from shared.ids import ALPHABET, format_number, parse_number, with_check

ACTIVATION = b"amtsbote.activation"
MANDATE = b"amtsbote.mandate"
LENGTH, DIGITS = 8, 10
"""Characters of a code, and hexadecimal digits of as many bits."""


async def hash_code(code: str, salt: bytes = ACTIVATION) -> str:
    """Hash a code slowly: its 40 random bits could be guessed back from a fast hash."""
    digest = await asyncio.to_thread(hashlib.scrypt, code.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return digest.hex()


def derived_code(digest: str) -> str:
    """Return the code that a secret digest (hexadecimal, of at least 40 bits) leads to; it is as hard to guess."""
    bits = int(digest[:DIGITS], 16)
    signs = (ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))
    return format_number(with_check("".join(signs)))


async def hash_typed(typed: str, salt: bytes = ACTIVATION) -> str:
    """Hash what somebody typed.

    Raises:
        RefusedError: `code.invalid`: mistyped.
    """
    try:
        code = parse_number(typed)
    except ValueError as error:
        raise RefusedError("code.invalid") from error
    return await hash_code(code, salt)
