"""Transfers: each part is an object, then a line in the transfer's row; any gateway can go on where another stopped."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Citizen, mandate_id_of
from services.gateway.domain.limits import Limits
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.transfers import PART_TYPE, Part, Transfer
from shared.clock import Clock
from shared.errors import UnavailableError
from shared.ids import day_of, new_id
from shared.storage.documents import Database, Session
from shared.storage.inventory import Inventory, id_in, nothing_named
from shared.storage.objects import PART, Objects
from shared.storage.sweeping import day_key

PARTS = "uploads/"
BEFORE_DAYS = "parts/"
"""Where parts lay before keys had days; another prefix, as the sweep of then would not know the new keys."""
RETRY_AFTER_S = 60
TRIES = 3
AT_ONCE = 100


class Transfers:
    """Keeps transfers until they expire; every reader says whose they must be."""

    def __init__(self, database: Database, objects: Objects, limits: Limits, clock: Clock) -> None:
        """Keep rows in `database`, bytes in `objects`."""
        self._transfers = database.transfers
        self._objects = objects
        self._clock = clock
        self._most_open = limits.unfinished_uploads
        self.valid_for = timedelta(days=limits.upload_days)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._transfers.create_index("key", unique=True)
        await self._transfers.create_index([("citizen_id", 1), ("page_id", 1)])
        await self._transfers.create_index([("complete", 1), ("page_id", 1), ("changed_at", 1)])
        await self._transfers.create_index("expires_at")

    async def begin(self, transfer: Transfer, room: Callable[[], AbstractAsyncContextManager[None]]) -> Transfer:
        """Keep a new transfer, for which there must be room; asked for again under its key, it is the former one.

        Raises:
            RefusedError: `upload.too_many`, `upload.quota`, `upload.quota_today`; or `idempotency_key.reused` for a
                file of another size.
        """
        theirs = {"citizen_id": transfer.citizen_id, "page_id": None}
        for _ in range(TRIES):
            if known := await self._begun(transfer):
                return known
            if await self._transfers.count_documents(theirs) >= self._most_open:
                raise RefusedError("upload.too_many", retry_after_s=RETRY_AFTER_S)
            with suppress(DuplicateKeyError):  # begun by another request this very moment
                async with room():
                    await self._transfers.insert_one(transfer.model_dump(by_alias=True))
                return transfer
        raise UnavailableError("a transfer begins and expires again and again")

    async def _begun(self, transfer: Transfer) -> Transfer | None:
        row = await self._transfers.find_one({"key": transfer.key})
        if row is None:
            return None
        known = Transfer.model_validate(row)
        if known.expires_at <= self._clock():
            await self._transfers.delete_one({"_id": known.id, "expires_at": row["expires_at"]})
            return None
        if known.length != transfer.length:
            raise RefusedError("idempotency_key.reused")
        return known

    async def of_citizen(self, transfer_id: str, citizen: Citizen) -> Transfer:
        """Return a transfer that this citizen has begun, or that whoever acts for them has begun as such.

        Raises:
            RefusedError: `upload.missing`, as is somebody else's; `upload.expired`.
        """
        theirs = {"citizen_id": citizen.citizen_id, "mandate_id": mandate_id_of(citizen)}
        row = await self._transfers.find_one({"_id": transfer_id, **theirs})
        if row is None:
            raise RefusedError("upload.missing")
        transfer = Transfer.model_validate(row)
        if transfer.expires_at <= self._clock():
            raise RefusedError("upload.expired")
        return transfer

    async def append(self, transfer: Transfer, data: BinaryIO, size_bytes: int) -> Transfer:
        """Make a part durable, then count it; of two that begin at one offset, one counts.

        Raises:
            RefusedError: `upload.offset`: another part came first, or the transfer is gone.
        """
        part_id = new_id()
        part = Part(object_key=day_key(PARTS, day_of(part_id), transfer.id, part_id), size_bytes=size_bytes)
        await self._objects.put(part.object_key, data, size_bytes=size_bytes, media_type=PART_TYPE)
        now = self._clock()
        grown = transfer.grown(part, now, now + self.valid_for)
        as_read = {"_id": transfer.id, "offset": transfer.offset, "page_id": None}
        done = await self._transfers.update_one(as_read, {"$set": grown.model_dump(exclude={"id"})})
        if not done.matched_count:
            await self._forget([part])
            raise RefusedError("upload.offset")
        return grown

    async def finish(self, transfer: Transfer, page_id: str, session: Session) -> None:
        """Say which page it becomes, in the transaction that keeps that page.

        Raises:
            RefusedError: `upload.missing`: it was ended meanwhile.
        """
        unfinished = {"_id": transfer.id, "page_id": None}
        done = await self._transfers.update_one(unfinished, {"$set": {"page_id": page_id}}, session=session)
        if not done.matched_count:
            raise RefusedError("upload.missing")

    async def remember(self, transfer: Transfer, page_id: str) -> None:
        """Say which page it has become before."""
        await self._transfers.update_one({"_id": transfer.id}, {"$set": {"page_id": page_id}})

    async def read(self, transfer: Transfer, file: BinaryIO) -> None:
        """Write all parts into `file`, in order."""
        for part in transfer.parts:
            await self._objects.copy(part.object_key, file)

    async def drop_parts(self, transfer: Transfer) -> None:
        """Remove the bytes of a finished transfer; what cannot be removed now is swept later."""
        await self._forget(list(transfer.parts))

    async def end(self, transfer: Transfer) -> None:
        """Forget a transfer and its bytes; a page that it became stays."""
        await self._transfers.delete_one({"_id": transfer.id})
        await self._forget(list(transfer.parts))

    async def left_complete(self, since: datetime) -> list[Transfer]:
        """Return complete transfers that became no page, because a gateway died between the two."""
        left: dict[str, Any] = {"complete": True, "page_id": None, "changed_at": {"$lt": since}}
        rows = await self._transfers.find(left).sort("changed_at", 1).limit(AT_ONCE).to_list(AT_ONCE)
        return [Transfer.model_validate(row) for row in rows]

    async def put_off(self, transfer: Transfer) -> None:
        """Look at it again later than at all others."""
        await self._transfers.update_one({"_id": transfer.id}, {"$set": {"changed_at": self._clock()}})

    async def expire(self) -> int:
        """Forget what has waited too long, with its parts; return how many."""
        expired, count = {"expires_at": {"$lte": self._clock()}}, 0
        for row in await self._transfers.find(expired).limit(PART).to_list(PART):
            done = await self._transfers.delete_one({"_id": row["_id"], **expired})
            count += done.deleted_count
            if done.deleted_count:
                await self._forget(list(Transfer.model_validate(row).parts))
        return count

    @property
    def inventories(self) -> tuple[Inventory, Inventory]:
        """Which parts are accounted for: those of transfers that are not finished."""
        return Inventory(PARTS, self._named, self._needed), Inventory(BEFORE_DAYS, nothing_named, self._needed)

    async def _named(self) -> AsyncIterator[str]:
        async for row in self._transfers.find({"page_id": None}, {"parts.object_key": 1}):
            for part in row["parts"]:
                yield part["object_key"]

    async def _needed(self, object_keys: Iterable[str]) -> set[str]:
        ids = {key: id_in(key) for key in object_keys}
        unfinished = self._transfers.find({"_id": {"$in": list(ids.values())}, "page_id": None}, {"_id": 1})
        found = {row["_id"] async for row in unfinished}
        return {key for key, transfer_id in ids.items() if transfer_id in found}

    async def _forget(self, parts: list[Part]) -> None:
        for part in parts:
            with suppress(UnavailableError):
                await self._objects.remove(part.object_key)
