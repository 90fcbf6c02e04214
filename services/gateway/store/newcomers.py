"""Newcomers: started without an account, waiting for a person to say whose their papers are, and assigned once."""

import hashlib
from datetime import datetime, timedelta
from functools import partial

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Answer, Ask, Citizen
from services.gateway.domain.newcomers import Decision, Newcomer, Person
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.refusal import RefusedError
from services.gateway.schemas.newcomers import Assigned
from services.gateway.store.acts import Acts
from services.gateway.store.paging import AT_ONCE, oldest_first
from services.gateway.store.people import People
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.events.gateway import Errand
from shared.events.notify import AlertRaised
from shared.ids import new_id
from shared.messaging.ledger import Ledger, Work
from shared.partners import Tool
from shared.storage.documents import Database, Session, again_on_conflict

DAY = timedelta(days=1)


class Newcomers:
    """Keeps who newcomers say they are, and nobody but the team that was alerted reads it; each reading is kept."""

    def __init__(
        self, database: Database, acts: Acts, ledger: Ledger, *, people: People, timeline: Entries, clock: Clock
    ) -> None:
        """Keep newcomers in `database`."""
        self._newcomers = database.newcomers
        self._starts = database.starts
        self._readings = database.readings
        self._citizens = database.citizens
        self._acts = acts
        self._ledger = ledger
        self._people = people
        self._timeline = timeline
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes; where somebody started from is forgotten after a day."""
        await self._newcomers.create_index("key", unique=True)
        await self._newcomers.create_index("owner_id")  # for `owners.py`
        await self._newcomers.create_index([("team", 1), ("state", 1), ("requested_at", 1), ("_id", 1)])
        await self._newcomers.create_index([("state", 1), ("started_at", 1)])
        await self._readings.create_index([("newcomer_id", 1), ("read_at", 1)])
        await self._starts.create_index("at", expireAfterSeconds=int(DAY.total_seconds()))
        await self._starts.create_index("address")

    async def check_room(self, address: str, most: int) -> None:
        """Count a start from an address, in all processes together.

        Raises:
            RefusedError: `newcomer.too_many` have started from there within a day.
        """
        now = self._clock()
        if await self._starts.count_documents({"address": address, "at": {"$gt": now - DAY}}) >= most:
            raise RefusedError("newcomer.too_many", retry_after_s=int(DAY.total_seconds()))
        await self._starts.insert_one({"_id": new_id(), "address": address, "at": now})

    async def start(self, person: Person, errand: Errand, key: str) -> tuple[Citizen, str]:
        """Give somebody a provisional citizen id, and their device a token; who applies waits from now on.

        Sent again under its key, as the answer got lost, it leads to the same device while nobody has used it.

        Raises:
            RefusedError: `idempotency_key.reused`: the device is in use.
        """
        newcomer = Newcomer(id=new_id(), device_id=new_id(), errand=errand, person=person, started_at=self._clock())
        try:
            token = await again_on_conflict(partial(self._start, newcomer, key))
        except DuplicateKeyError:
            return await self._again(key)
        return Citizen(newcomer.id, newcomer.device_id), token

    async def _start(self, newcomer: Newcomer, key: str) -> str:
        async with self._ledger.begin() as work:
            row = {**newcomer.model_dump(mode="json", include={"person"}), **_plain(newcomer), "key": _hash(key)}
            await self._newcomers.insert_one(row, session=work.session)
            token = await self._people.found(Citizen(newcomer.id, newcomer.device_id), work.session)
            if newcomer.errand == "apply":
                await self.submitted(newcomer, work)
        return token

    async def _again(self, key: str) -> tuple[Citizen, str]:
        row = await self._newcomers.find_one({"key": _hash(key)})
        token = await self._people.renew(row["device_id"]) if row else None
        if row is None or token is None:
            raise RefusedError("idempotency_key.reused")
        return Citizen(row["_id"], row["device_id"]), token

    async def find(self, citizen_id: str, session: Session | None = None) -> Newcomer | None:
        """Return the newcomer a citizen id stands for, if it is provisional or was."""
        row = await self._newcomers.find_one({"_id": citizen_id}, session=session)
        return Newcomer.model_validate(row) if row else None

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

    async def forget(self, before: datetime) -> int:
        """Let those go who started before then and never handed anything in; return how many."""
        idle = {"state": "started", "started_at": {"$lt": before}}
        rows = await self._newcomers.find(idle, {"_id": 1}).limit(AT_ONCE).to_list(AT_ONCE)
        for row in rows:
            await again_on_conflict(partial(self._forget, row["_id"]))
        return len(rows)

    async def _forget(self, newcomer_id: str) -> None:
        async with self._ledger.begin() as work:
            done = await self._newcomers.delete_one({"_id": newcomer_id, "state": "started"}, session=work.session)
            if done.deleted_count:  # else they handed something in at this very moment
                await self._people.forget(newcomer_id, work.session)

    async def vouch(self, newcomer_id: str, person: Person) -> None:
        """Keep what an identity provider says of somebody who waits; what it does not say stays as they said it."""
        said = person.model_dump(mode="json", exclude_none=True)
        fields = {f"person.{name}": value for name, value in said.items()}
        undecided = {"_id": newcomer_id, "state": {"$in": ["started", "waiting"]}}
        await self._newcomers.update_one(undecided, {"$set": fields})

    async def waiting(self, team: str, cursor: Cursor | None) -> Part[Newcomer]:
        """Return who waits for a team, the longest first."""
        query = {"team": team, "state": "waiting"}
        return await oldest_first(
            self._newcomers, query, cursor, time_field="requested_at", read=Newcomer.model_validate
        )

    async def waits_for(self, team: str, citizen_id: str) -> bool:
        """Tell whether a citizen id is a newcomer's who waits for this team."""
        waiting = {"_id": citizen_id, "team": team, "state": "waiting"}
        return await self._newcomers.find_one(waiting, {"_id": 1}) is not None

    async def look(self, newcomer_id: str, tool: Tool, *, may_call: bool) -> Newcomer:
        """Return a newcomer, after keeping that this tool read who they are; `may_call` if its team is to call them.

        Raises:
            RefusedError: `newcomer.missing`: to this team there is no such newcomer.
        """
        row = await self._newcomers.find_one({"_id": newcomer_id})
        if row is None or not (may_call or row.get("team") == tool.team):
            raise RefusedError("newcomer.missing")
        reading = {"newcomer_id": newcomer_id, "tool_id": tool.id, "team": tool.team, "read_at": self._clock()}
        await self._readings.insert_one({"_id": new_id(), **reading})
        return Newcomer.model_validate(row)

    async def decide(self, ask: Ask, decision: Decision) -> Answer:
        """Assign a newcomer, once; what they said of themselves goes when the job centre knew them anyway.

        Raises:
            RefusedError: `newcomer.missing`, `newcomer.decided`, `newcomer.owner_unknown`.
        """

        async def act(work: Work) -> Answer:
            if decision.owner_id:
                await self._check_owner(decision.owner_id, work.session)
            await self._assign(decision, work.session)
            fact = decision.decided()
            work.announce(fact)
            await self._timeline.add(fact, decision.newcomer_id, decision.decided_at, work.session)
            return Answer(200, Assigned.of(fact).model_dump(mode="json"))

        return await self._acts.once(ask, act)

    async def _assign(self, decision: Decision, session: Session) -> None:
        theirs = {"_id": decision.newcomer_id, "team": decision.team}
        change = decision.model_dump(include={"owner_id", "decided_at", "tool_id"})
        change |= {"state": "existing", "person": None} if decision.owner_id else {"state": "new"}
        done = await self._newcomers.update_one({**theirs, "state": "waiting"}, {"$set": change}, session=session)
        if not done.matched_count:
            known = await self._newcomers.find_one(theirs, session=session)
            raise RefusedError("newcomer.decided" if known else "newcomer.missing")

    async def _check_owner(self, owner_id: str, session: Session) -> None:
        """Check that an owner is a citizen, and no newcomer nobody has taken as one."""
        newcomer = await self.find(owner_id, session)
        known = await self._citizens.find_one({"_id": owner_id}, session=session)
        if known is None or (newcomer and newcomer.state != "new"):
            raise RefusedError("newcomer.owner_unknown")


def _plain(newcomer: Newcomer) -> dict[str, object]:
    return newcomer.model_dump(by_alias=True, exclude={"person"})


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
