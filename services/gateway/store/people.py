"""Citizens, the codes they activate a device with, and their devices."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Citizen, Device, Helper, Person
from services.gateway.domain.refusal import RefusedError
from services.gateway.store.codes import hash_code, hash_typed
from shared.clock import Clock
from shared.ids import new_id, new_number
from shared.partners import hash_token
from shared.storage.documents import Database, Session

# A phone whose answer got lost may send its code again this long, while nobody has used the device.
ANSWER_LOST = timedelta(minutes=10)
HELPER = "helper"
"""The role of devices whose person has no papers here; `citizen_id` is then the helper's id."""


class People:
    """Keeps no names: a citizen is an id here, and all secrets are hashed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep people in `database`."""
        self._citizens = database.citizens
        self._codes = database.codes
        self._devices = database.devices
        self._logins = database.logins
        self._said = (database.channels, database.mandates, database.timeline)
        self._clock = clock

    async def prepare(self) -> None:
        """Let codes go that are out of date, and find devices by their token's hash."""
        await self._codes.create_index("expires_at", expireAfterSeconds=0)
        await self._codes.create_index("citizen_id")
        await self._devices.create_index("token_sha256", unique=True)
        await self._devices.create_index("citizen_id")

    async def invite(self, valid_for: timedelta) -> str:
        """Create a citizen and return the code that activates their first device."""
        citizen_id = new_id()
        await self._citizens.insert_one({"_id": citizen_id, "created_at": self._clock()})
        return await self.invite_device(citizen_id, valid_for)

    async def invite_device(self, citizen_id: str, valid_for: timedelta, *, helper: bool = False) -> str:
        """Return a code that activates one more device of a citizen, or of a helper."""
        code = new_number()
        row = {"_id": await hash_code(code), "citizen_id": citizen_id, "expires_at": self._clock() + valid_for}
        await self._codes.insert_one(row | ({"role": HELPER} if helper else {}))
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

    async def activate(self, typed: str) -> tuple[Person, str]:
        """Use up a code; return the new device and its token, which is kept only as a hash.

        Raises:
            RefusedError: `code.invalid`: mistyped, unknown, used or out of date; which of these is not told.
        """
        row = await self._claim(await hash_typed(typed))
        person = _person_of(row, row["device_id"])
        return person, await self.let_in(person)

    async def let_in(self, person: Person) -> str:
        """Let a device in that was not in use yet; return its token, which is kept only as a hash.

        Raises:
            RefusedError: `code.invalid`: it is in use.
        """
        token = secrets.token_urlsafe(32)
        role = {"role": HELPER} if isinstance(person, Helper) else {}
        access = {"citizen_id": person.person_id, "token_sha256": hash_token(token), "created_at": self._clock()}
        unused = {"_id": person.device_id, "seen_at": None}
        try:
            await self._devices.update_one(unused, {"$set": access | role}, upsert=True)
        except DuplicateKeyError as error:
            raise RefusedError("code.invalid") from error
        return token

    async def found(self, citizen: Citizen, session: Session) -> str:
        """Keep a citizen nobody invited; return the token of their device."""
        await self._citizens.insert_one({"_id": citizen.citizen_id, "created_at": self._clock()}, session=session)
        return await self.admit(citizen, session)

    async def admit(self, citizen: Citizen, session: Session | None = None) -> str:
        """Let one more device of a citizen in without a code; return its token."""
        token = secrets.token_urlsafe(32)
        access = {"citizen_id": citizen.citizen_id, "token_sha256": hash_token(token), "created_at": self._clock()}
        await self._devices.insert_one({"_id": citizen.device_id, **access}, session=session)
        return token

    async def forget(self, citizen_id: str, session: Session) -> None:
        """Let a citizen go who handed nothing in, with every way in and whatever else they said."""
        await self._citizens.delete_one({"_id": citizen_id}, session=session)
        for theirs in (self._devices, self._codes, self._logins, *self._said):
            await theirs.delete_many({"citizen_id": citizen_id}, session=session)

    async def renew(self, device_id: str) -> str | None:
        """Return another token for a device whose own got lost on its way, if nobody has used it."""
        token = secrets.token_urlsafe(32)
        lost = {"_id": device_id, "seen_at": None, "created_at": {"$gt": self._clock() - ANSWER_LOST}}
        done = await self._devices.update_one(lost, {"$set": {"token_sha256": hash_token(token)}})
        return token if done.matched_count else None

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

    async def holder_of(self, token: str) -> Person | None:
        """Return the device that holds `token`; from its first use on, its code is worthless."""
        row = await self._devices.find_one({"token_sha256": hash_token(token)})
        if row and not row.get("seen_at"):
            await self._devices.update_one({"_id": row["_id"]}, {"$set": {"seen_at": self._clock()}})
        return _person_of(row, row["_id"]) if row else None

    async def lets_in(self, device_id: str) -> bool:
        """Tell whether a device is still let in; of one that acts for somebody, the mandate stands behind a dot."""
        known = {"_id": device_id.partition(".")[0], "revoked_at": None}
        return await self._devices.find_one(known, {"_id": 1}) is not None


def _person_of(row: Mapping[str, Any], device_id: str) -> Person:
    """Return whose a device is, by the row of the device or of its code."""
    kind = Helper if row.get("role") == HELPER else Citizen
    return kind(row["citizen_id"], device_id)
