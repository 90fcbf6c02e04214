"""Citizens, the codes they activate a device with, and their devices."""

import secrets
from collections.abc import Mapping, Sequence
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
from shared.storage.deleting import Expiring
from shared.storage.documents import Database, Session

# A phone whose answer got lost may send its code again this long, while nobody has used the device.
ANSWER_LOST = timedelta(minutes=10)
HELPER = "helper"
"""The role of devices whose person has no papers here; `citizen_id` is then the helper's id.

A device that was a helper's and became a citizen's, too, has no role and keeps that id as `helper_id`.
"""
NO_DEVICE = ""


class People:
    """Keeps no names: a citizen is an id here, and all secrets are hashed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep people in `database`."""
        self._citizens = database.citizens
        self._codes = database.codes
        self.expiring = Expiring(self._codes, "expires_at")
        self._devices = database.devices
        self._logins = database.logins
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes; devices are found by their token's hash."""
        await self._codes.create_index("citizen_id")
        await self._devices.create_index("token_sha256", unique=True)
        await self._devices.create_index("citizen_id")
        await self._devices.create_index("helper_id")

    async def invite(self, valid_for: timedelta) -> str:
        """Create a citizen and return the code that activates their first device."""
        citizen_id = new_id()
        await self._citizens.insert_one({"_id": citizen_id, "created_at": self._clock()})
        return await self.invite_device(Citizen(citizen_id, NO_DEVICE), valid_for)

    async def invite_device(
        self, person: Person, valid_for: timedelta, *, code: str | None = None, session: Session | None = None
    ) -> str:
        """Return a code that activates one more device of somebody: a fresh one, unless one is given."""
        code = code or new_number()
        row = {"_id": await hash_code(code), "expires_at": self._clock() + valid_for}
        await self._codes.insert_one(row | _whose(person), session=session)
        return code

    async def devices_of(self, person_id: str) -> list[Device]:
        """Return the devices somebody can get in with, oldest first."""
        found = [self._devices.find({**whose, "revoked_at": None}) for whose in _either(person_id)]
        rows = {row["_id"]: row for theirs in found for row in await theirs.to_list(None)}
        return [Device.model_validate(rows[device_id]) for device_id in sorted(rows)]

    async def revoke(self, device_id: str, person_id: str) -> None:
        """Let a device in no more, for nobody; its code cannot bring it back, as the device counts as used.

        Raises:
            RefusedError: `device.missing`; somebody else's device is missing, too.
        """
        now = self._clock()
        gone = {"revoked_at": now, "seen_at": now, "token_sha256": f"revoked {device_id}"}
        for whose in _either(person_id):
            theirs = {"_id": device_id, **whose}
            done = await self._devices.update_one({**theirs, "revoked_at": None}, {"$set": gone})
            if done.matched_count or await self._devices.find_one(theirs, {"_id": 1}):
                return
        raise RefusedError("device.missing")

    async def activate(self, typed: str) -> tuple[Person, str]:
        """Use up a code; return the new device and its token, which is kept only as a hash.

        Raises:
            RefusedError: `code.invalid`: mistyped, unknown, used or out of date; which of these is not told.
        """
        row = await self._claim(await hash_typed(typed), new_id())
        person = _person_of(row, row["device_id"])
        return person, await self.let_in(person)

    async def activate_beside(self, typed: str, helper: Helper) -> None:
        """Use up a citizen's code on a helper's device: it then is both's, and keeps its token.

        Raises:
            RefusedError: `code.invalid`: as above, or it is another helper's.
        """
        row = await self._claim(await hash_typed(typed), helper.device_id, role=None)
        await self.own(helper, str(row["citizen_id"]), newcomer=bool(row.get("newcomer")))

    async def own(
        self, helper: Helper, citizen_id: str, session: Session | None = None, *, newcomer: bool = False
    ) -> None:
        """Let a helper's device be a citizen's, too: its token stays, and so does what was begun for others.

        Raises:
            RefusedError: `device.missing`: it is not that helper's alone any more.
        """
        alone = {"_id": helper.device_id, "citizen_id": helper.helper_id, "role": HELPER, "revoked_at": None}
        citizen = Citizen(citizen_id, NO_DEVICE, helper_id=helper.helper_id, newcomer=newcomer)
        change = {"$set": _whose(citizen), "$unset": {"role": ""}}
        if not (await self._devices.update_one(alone, change, session=session)).matched_count:
            raise RefusedError("device.missing")

    async def let_in(self, person: Person) -> str:
        """Let a device in that was not in use yet; return its token, which is kept only as a hash.

        Raises:
            RefusedError: `code.invalid`: it is in use.
        """
        token = secrets.token_urlsafe(32)
        access = {**_whose(person), "token_sha256": hash_token(token), "created_at": self._clock()}
        unused = {"_id": person.device_id, "seen_at": None}
        try:
            await self._devices.update_one(unused, {"$set": access}, upsert=True)
        except DuplicateKeyError as error:
            raise RefusedError("code.invalid") from error
        return token

    async def found(self, citizen: Citizen, session: Session) -> None:
        """Keep a citizen nobody invited."""
        await self._citizens.insert_one({"_id": citizen.citizen_id, "created_at": self._clock()}, session=session)

    async def admit(self, citizen: Citizen, session: Session | None = None) -> str:
        """Let one more device of a citizen in without a code; return its token."""
        token = secrets.token_urlsafe(32)
        access = {**_whose(citizen), "token_sha256": hash_token(token), "created_at": self._clock()}
        await self._devices.insert_one({"_id": citizen.device_id, **access}, session=session)
        return token

    async def forget(self, citizen_id: str, session: Session) -> None:
        """Let a citizen go who left nothing here, with every way in; a device that was a helper's is one again."""
        await self._citizens.delete_one({"_id": citizen_id}, session=session)
        both = {"citizen_id": citizen_id, "helper_id": {"$ne": None}}
        for row in await self._devices.find(both, session=session).to_list(None):
            back = {
                "$set": {"citizen_id": row["helper_id"], "role": HELPER},
                "$unset": {"helper_id": "", "newcomer": ""},
            }
            await self._devices.update_one({"_id": row["_id"]}, back, session=session)
        for ways in (self._devices, self._codes, self._logins):
            await ways.delete_many({"citizen_id": citizen_id}, session=session)

    async def identify(self, citizen_id: str, session: Session | None = None) -> None:
        """Note that the job centre now knows who a newcomer is, on all their devices and codes."""
        for ways in (self._devices, self._codes):
            await ways.update_many({"citizen_id": citizen_id}, {"$unset": {"newcomer": ""}}, session=session)

    async def mark_newcomers(self, citizen_ids: Sequence[str]) -> None:
        """Note that nobody knows these citizens yet, on devices and codes that say nothing of it."""
        silent = {"citizen_id": {"$in": list(citizen_ids)}, "newcomer": None}
        for ways in (self._devices, self._codes):
            await ways.update_many(silent, {"$set": {"newcomer": True}})

    async def renew(self, device_id: str) -> str | None:
        """Return another token for a device whose own got lost on its way, if nobody has used it."""
        token = secrets.token_urlsafe(32)
        lost = {"_id": device_id, "seen_at": None, "created_at": {"$gt": self._clock() - ANSWER_LOST}}
        done = await self._devices.update_one(lost, {"$set": {"token_sha256": hash_token(token)}})
        return token if done.matched_count else None

    async def _claim(self, code: str, device_id: str, **of: object) -> dict[str, Any]:
        """Use a code up; its answer may get lost, so for some minutes it still leads to the device it made."""
        now = self._clock()
        known = {"_id": code, "expires_at": {"$gt": now}, **of}
        use = {"$set": {"device_id": device_id, "used_at": now}}
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
    if row.get("role") == HELPER:
        return Helper(row["citizen_id"], device_id)
    newcomer = bool(row.get("newcomer"))
    return Citizen(row["citizen_id"], device_id, helper_id=row.get("helper_id"), newcomer=newcomer)


def _whose(person: Person) -> dict[str, Any]:
    """Return what the row of a device, or of a code, says of its person."""
    if isinstance(person, Helper):
        return {"citizen_id": person.helper_id, "role": HELPER}
    helping = {"helper_id": person.helper_id} if person.helper_id else {}
    return {"citizen_id": person.citizen_id} | helping | ({"newcomer": True} if person.newcomer else {})


def _either(person_id: str) -> tuple[dict[str, str], ...]:
    """Return what the row of a device says that is somebody's: for themselves, or to help."""
    return {"citizen_id": person_id}, {"helper_id": person_id}
