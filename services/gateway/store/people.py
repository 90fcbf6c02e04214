"""Citizens, the codes they activate a device with, and their devices."""

import asyncio
import hashlib
import secrets
from datetime import timedelta

from services.gateway.domain.access import Citizen
from services.gateway.domain.refusal import RefusedError
from shared.clock import Clock
from shared.ids import new_id, new_number, parse_number
from shared.partners import hash_token
from shared.storage.documents import Database


class People:
    """Keeps no names: a citizen is an id here, and all secrets are hashed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep people in `database`."""
        self._citizens = database.citizens
        self._codes = database.codes
        self._devices = database.devices
        self._clock = clock

    async def prepare(self) -> None:
        """Let codes go that are out of date, and find devices by their token's hash."""
        await self._codes.create_index("expires_at", expireAfterSeconds=0)
        await self._devices.create_index("token_sha256", unique=True)

    async def invite(self, valid_for: timedelta) -> str:
        """Create a citizen and return the code that activates their first device."""
        citizen_id, code, now = new_id(), new_number(), self._clock()
        await self._citizens.insert_one({"_id": citizen_id, "created_at": now})
        row = {"_id": await _hash_code(code), "citizen_id": citizen_id, "expires_at": now + valid_for, "used": False}
        await self._codes.insert_one(row)
        return code

    async def activate(self, typed: str) -> tuple[Citizen, str]:
        """Use up a code; return the new device and its token, which is kept only as a hash.

        Raises:
            RefusedError: `code.invalid`: mistyped, unknown, used or out of date; which of these is not told.
        """
        try:
            code = await _hash_code(parse_number(typed))
        except ValueError as error:
            raise RefusedError("code.invalid") from error
        unused = {"_id": code, "used": False, "expires_at": {"$gt": self._clock()}}
        row = await self._codes.find_one_and_update(unused, {"$set": {"used": True}})
        if row is None:
            raise RefusedError("code.invalid")
        citizen, token = Citizen(row["citizen_id"], new_id()), secrets.token_urlsafe(32)
        await self._devices.insert_one(
            {
                "_id": citizen.device_id,
                "citizen_id": citizen.citizen_id,
                "token_sha256": hash_token(token),
                "created_at": self._clock(),
            }
        )
        return citizen, token

    async def holder_of(self, token: str) -> Citizen | None:
        """Return the device that holds `token`."""
        row = await self._devices.find_one({"token_sha256": hash_token(token)})
        return Citizen(row["citizen_id"], row["_id"]) if row else None


async def _hash_code(code: str) -> str:
    """Hash a code slowly: its 40 random bits could be guessed back from a fast hash."""
    digest = await asyncio.to_thread(
        hashlib.scrypt, code.encode(), salt=b"amtsbote.activation", n=2**14, r=8, p=1, dklen=32
    )
    return digest.hex()
