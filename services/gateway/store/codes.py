"""Codes that people type: kept only as slow hashes, each kind with a salt of its own."""

import asyncio
import hashlib

from services.gateway.domain.refusal import RefusedError
from shared.ids import parse_number

ACTIVATION = b"amtsbote.activation"
MANDATE = b"amtsbote.mandate"


async def hash_code(code: str, salt: bytes = ACTIVATION) -> str:
    """Hash a code slowly: its 40 random bits could be guessed back from a fast hash."""
    digest = await asyncio.to_thread(hashlib.scrypt, code.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return digest.hex()


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
