"""Newcomers: started without an account, kept under a provisional citizen id, and forgotten if nothing comes of it."""

import hashlib
from functools import partial
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Citizen, Helper
from services.gateway.domain.documents import Document
from services.gateway.domain.newcomers import UNDECIDED, Newcomer, Person
from services.gateway.domain.refusal import RefusedError
from services.gateway.store.people import People
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.events.gateway import Errand
from shared.events.notify import AlertRaised
from shared.ids import new_id, new_number
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import Database, Session, again_on_conflict

AT_ONCE = 500
_UNDECIDED = {"state": {"$in": UNDECIDED}}
FORGOTTEN = "forgotten"
"""The state of a row that says no more than that files may be left; with the last of them it goes, too."""


class Newcomers:
    """Keeps who newcomers say they are; `assignments.py` alone shows it, and to a team that was alerted."""

    def __init__(self, database: Database, ledger: Ledger, *, people: People, timeline: Entries, clock: Clock) -> None:
        """Keep newcomers in `database`."""
        self._newcomers = database.newcomers
        self._ledger = ledger
        self._people = people
        self._timeline = timeline
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._newcomers.create_index("key", unique=True)
        await self._newcomers.create_index("owner_id")  # for `owners.py`
        await self._newcomers.create_index("receipt_number", unique=True, sparse=True)
        await self._newcomers.create_index([("state", 1), ("started_at", 1)])  # for `forgetting.py`

        await self._mark_devices()

    async def _mark_devices(self) -> None:
        """Mark devices that were let in before devices said that nobody knows their person."""
        undecided = self._newcomers.find(_UNDECIDED, {"_id": 1}).batch_size(AT_ONCE)
        while rows := await undecided.to_list(AT_ONCE):
            ids = [row["_id"] for row in rows]
            await self._people.mark_newcomers(ids)
            still = {row["_id"] async for row in self._newcomers.find({"_id": {"$in": ids}, **_UNDECIDED}, {"_id": 1})}
            for decided in set(ids) - still:  # at this very moment
                await self._people.identify(decided)

    async def start(self, person: Person, errand: Errand, key: str) -> tuple[Citizen, str]:
        """Give somebody a provisional citizen id, and their device a token; who applies waits from now on.

        Sent again under its key, as the answer got lost, it leads to the same device while nobody has used it.

        Raises:
            RefusedError: `idempotency_key.reused`: the device is in use, or somebody else started under this key.
        """
        newcomer = self._new(new_id(), person, errand)
        try:
            token = await again_on_conflict(partial(self._start, newcomer, key))
        except DuplicateKeyError:
            return await self._again(newcomer, key)
        return Citizen(newcomer.id, newcomer.device_id), token

    async def has_started(self, key: str) -> bool:
        """Tell whether somebody started under a key."""
        return await self._newcomers.find_one({"key": _hash(key)}, {"_id": True}) is not None

    async def start_beside(self, helper: Helper, person: Person, errand: Errand, key: str) -> Citizen:
        """The same on a device that somebody helps others with: it keeps its token, and is both's from now on.

        Raises:
            RefusedError: `idempotency_key.reused`; `device.missing`: it became a citizen's at this very moment.
        """
        newcomer = self._new(helper.device_id, person, errand)
        try:
            await again_on_conflict(partial(self._start_beside, newcomer, key, helper))
        except DuplicateKeyError as error:
            raise RefusedError("idempotency_key.reused") from error
        return Citizen(newcomer.id, newcomer.device_id, helper_id=helper.helper_id)

    def _new(self, device_id: str, person: Person, errand: Errand) -> Newcomer:
        number = new_number() if errand == "apply" else None
        return Newcomer(
            id=new_id(),
            device_id=device_id,
            errand=errand,
            person=person,
            started_at=self._clock(),
            receipt_number=number,
        )

    async def _start(self, newcomer: Newcomer, key: str) -> str:
        async with self._ledger.begin() as work:
            citizen = await self._keep(newcomer, key, work)
            return await self._people.admit(citizen, work.session)

    async def _start_beside(self, newcomer: Newcomer, key: str, helper: Helper) -> None:
        async with self._ledger.begin() as work:
            citizen = await self._keep(newcomer, key, work)
            await self._people.own(helper, citizen.citizen_id, work.session, newcomer=True)

    async def _keep(self, newcomer: Newcomer, key: str, work: Work) -> Citizen:
        no_number = None if newcomer.receipt_number else {"receipt_number"}  # or none would be there twice
        row = newcomer.model_dump(by_alias=True, exclude=no_number) | {"person": _said(newcomer), "key": _hash(key)}
        citizen = Citizen(newcomer.id, newcomer.device_id, newcomer=True)
        await self._newcomers.insert_one(row, session=work.session)
        await self._people.found(citizen, work.session)
        if newcomer.errand == "apply":
            await self.submitted(newcomer, work)
        return citizen

    async def _again(self, newcomer: Newcomer, key: str) -> tuple[Citizen, str]:
        same = {"key": _hash(key), "errand": newcomer.errand, "person": _said(newcomer)}
        row = await self._newcomers.find_one(same)
        token = await self._people.renew(row["device_id"]) if row else None
        if row is None or token is None:
            raise RefusedError("idempotency_key.reused")
        return Citizen(row["_id"], row["device_id"]), token

    async def find(self, citizen_id: str, session: Session | None = None) -> Newcomer | None:
        """Return the newcomer a citizen id stands for, if it is provisional or was."""
        kept = {"_id": citizen_id, "state": {"$ne": FORGOTTEN}}
        row = await self._newcomers.find_one(kept, session=session)
        return Newcomer.model_validate(row) if row else None

    async def application(self, newcomer_id: str, citizen_id: str) -> Document:
        """Return the application that a citizen made without an account, once they turned out to be one, or before.

        Raises:
            RefusedError: `application.missing`; somebody else's is missing, too.
        """
        whose = {"_id": newcomer_id} | ({} if newcomer_id == citizen_id else {"owner_id": citizen_id})
        if (found := await self._application(whose)) is None:
            raise RefusedError("application.missing")
        return found

    async def application_numbered(self, receipt_number: str) -> Document | None:
        """Return the application of a receipt, for checking what somebody else already knows of it."""
        return await self._application({"receipt_number": receipt_number})

    async def _application(self, query: dict[str, Any]) -> Document | None:
        row = await self._newcomers.find_one(query)
        return Newcomer.model_validate(row).application if row else None

    async def submitted(self, newcomer: Newcomer, work: Work) -> None:
        """Put a newcomer into the queue of the desk, if they are not in it yet."""
        now = self._clock()
        first = {"_id": newcomer.id, "state": "started"}
        change = {"$set": {"state": "waiting", "requested_at": now}}
        done = await self._newcomers.update_one(first, change, session=work.session)
        if done.matched_count:
            fact = newcomer.requested(now)
            work.announce(fact)
            await self._timeline.add(fact, newcomer.id, now, work.session)

    async def alerted(self, fact: AlertRaised, session: Session) -> None:
        """Keep which team looks after a newcomer."""
        nobodys = {"_id": fact.about_id, "team": None}
        await self._newcomers.update_one(nobodys, {"$set": {"team": fact.team}}, session=session)

    async def identify(self, newcomer_id: str, session: Session) -> None:
        """Note that a person at the desk has said who a newcomer is."""
        await self._people.identify(newcomer_id, session)

    async def vouch(self, newcomer_id: str, person: Person) -> None:
        """Keep what an identity provider says of somebody who waits; what it does not say stays as they said it."""
        said = person.model_dump(mode="json", exclude_none=True)
        fields = {f"person.{name}": value for name, value in said.items()}
        await self._newcomers.update_one({"_id": newcomer_id, **_UNDECIDED}, {"$set": fields})


def _said(newcomer: Newcomer) -> Any:
    """Return who somebody says they are, as it is kept."""
    return newcomer.model_dump(mode="json", include={"person"})["person"]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
