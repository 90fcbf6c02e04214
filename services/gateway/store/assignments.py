"""Assignments: newcomers wait for a person to say whose their papers are, and are assigned once."""

from services.gateway.domain.access import Answer, Ask
from services.gateway.domain.newcomers import Decision, Newcomer
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.refusal import RefusedError
from services.gateway.schemas.newcomers import Assigned
from services.gateway.store.acts import Acts
from services.gateway.store.newcomers import FORGOTTEN, Newcomers
from services.gateway.store.paging import part_of
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.ids import new_id
from shared.messaging.ledger import Work
from shared.partners import Tool
from shared.storage.documents import Database, Session


class Assignments:
    """Shows who newcomers say they are to the team that was alerted, and to nobody else; each reading is kept."""

    def __init__(
        self, database: Database, acts: Acts, *, newcomers: Newcomers, timeline: Entries, clock: Clock
    ) -> None:
        """Assign the newcomers of `database`."""
        self._newcomers = database.newcomers
        self._readings = database.readings
        self._citizens = database.citizens
        self._find = newcomers.find
        self._identify = newcomers.identify
        self._acts = acts
        self._timeline = timeline
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._newcomers.create_index([("team", 1), ("state", 1), ("requested_at", 1), ("_id", 1)])
        await self._readings.create_index([("newcomer_id", 1), ("read_at", 1)])

    async def waiting(self, team: str, cursor: Cursor | None) -> Part[Newcomer]:
        """Return who waits for a team, the longest first."""
        query = {"team": team, "state": "waiting"}
        return await part_of(self._newcomers, query, cursor, Newcomer, by="requested_at", oldest_first=True)

    async def waits_for(self, team: str, citizen_id: str) -> bool:
        """Tell whether a citizen id is a newcomer's who waits for this team."""
        waiting = {"_id": citizen_id, "team": team, "state": "waiting"}
        return await self._newcomers.find_one(waiting, {"_id": 1}) is not None

    async def look(self, newcomer_id: str, tool: Tool, *, may_call: bool) -> Newcomer:
        """Return a newcomer, after keeping that this tool read who they are; `may_call` if its team is to call them.

        Raises:
            RefusedError: `newcomer.missing`: to this team there is no such newcomer.
        """
        row = await self._newcomers.find_one({"_id": newcomer_id, "state": {"$ne": FORGOTTEN}})
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
        await self._identify(decision.newcomer_id, session)

    async def _check_owner(self, owner_id: str, session: Session) -> None:
        """Check that an owner is a citizen, and no newcomer nobody has taken as one."""
        newcomer = await self._find(owner_id, session)
        known = await self._citizens.find_one({"_id": owner_id}, session=session)
        if known is None or (newcomer and newcomer.state != "new"):
            raise RefusedError("newcomer.owner_unknown")
