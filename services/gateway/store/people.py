"""Citizens, the codes they activate a device with, and their devices."""

import asyncio
import hashlib
import secrets
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Citizen, Device
from services.gateway.domain.refusal import RefusedError
from shared.clock import Clock
from shared.ids import new_id, new_number, parse_number
from shared.partners import hash_token
from shared.storage.documents import Database

# A phone whose answer got lost may send its code again this long, while nobody has used the device.
ANSWER_LOST = timedelta(minutes=10)


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
        await self._devices.create_index("citizen_id")

    async def invite(self, valid_for: timedelta) -> str:
        """Create a citizen and return the code that activates their first device."""
        citizen_id = new_id()
        await self._citizens.insert_one({"_id": citizen_id, "created_at": self._clock()})
        return await self.invite_device(citizen_id, valid_for)

    async def invite_device(self, citizen_id: str, valid_for: timedelta) -> str:
        """Return a code that activates one more device of a citizen."""
        code = new_number()
        row = {"_id": await _hash_code(code), "citizen_id": citizen_id, "expires_at": self._clock() + valid_for}
        await self._codes.insert_one(row)
        return code

    async def devices_of(self, citizen_id: str) -> list[Device]:
        """Return the devices a citizen can get in with, oldest first."""
        theirs = {"citizen_id": citizen_id, "revoked_at": None}
        return [Device.model_validate(row) for row in await self._devices.find(theirs).sort("_id", 1).to_list(None)]

    async def revoke(self, device_id: str, citizen_id: str) -> None:
        """Let a device in no more; its code cannot bring it back, as the device counts as used.

        Raises:
            RefusedError: `device.missing`; somebody else's device is missing, too.
        """
        now = self._clock()
        gone = {"revoked_at": now, "seen_at": now, "token_sha256": f"revoked {device_id}"}
        theirs = {"_id": device_id, "citizen_id": citizen_id}
        done = await self._devices.update_one({**theirs, "revoked_at": None}, {"$set": gone})
        if not done.matched_count and await self._devices.find_one(theirs) is None:
            raise RefusedError("device.missing")

    async def activate(self, typed: str) -> tuple[Citizen, str]:
        """Use up a code; return the new device and its token, which is kept only as a hash.

        Raises:
            RefusedError: `code.invalid`: mistyped, unknown, used or out of date; which of these is not told.
        """
        try:
            code = await _hash_code(parse_number(typed))
        except ValueError as error:
            raise RefusedError("code.invalid") from error
        row = await self._claim(code)
        citizen, token = Citizen(row["citizen_id"], row["device_id"]), secrets.token_urlsafe(32)
        access = {"citizen_id": citizen.citizen_id, "token_sha256": hash_token(token), "created_at": self._clock()}
        try:
            await self._devices.update_one({"_id": citizen.device_id, "seen_at": None}, {"$set": access}, upsert=True)
        except DuplicateKeyError as error:  # this device is in use
            raise RefusedError("code.invalid") from error
        return citizen, token

    async def _claim(self, code: str) -> dict[str, Any]:
        """Use a code up; its answer may get lost, so for some minutes it still leads to the device it made."""
        now = self._clock()
        known = {"_id": code, "expires_at": {"$gt": now}}
        use = {"$set": {"device_id": new_id(), "used_at": now}}
        row = await self._codes.find_one_and_update(
            {**known, "used_at": None}, use, return_document=ReturnDocument.AFTER
        ) or await self._codes.find_one({**known, "used_at": {"$gt": now - ANSWER_LOST}})
        if row is None:
            raise RefusedError("code.invalid")
        return row

    async def holder_of(self, token: str) -> Citizen | None:
        """Return the device that holds `token`; from its first use on, its code is worthless."""
        row = await self._devices.find_one({"token_sha256": hash_token(token)})
        if row and not row.get("seen_at"):
            await self._devices.update_one({"_id": row["_id"]}, {"$set": {"seen_at": self._clock()}})
        return Citizen(row["citizen_id"], row["_id"]) if row else None


async def _hash_code(code: str) -> str:
    """Hash a code slowly: its 40 random bits could be guessed back from a fast hash."""
    digest = await asyncio.to_thread(
        hashlib.scrypt, code.encode(), salt=b"amtsbote.activation", n=2**14, r=8, p=1, dklen=32
    )
    return digest.hex()
