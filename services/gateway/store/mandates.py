"""Mandates: offered with a code, accepted once, and read anew for every request that is made under them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Literal

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Answer, Ask, Helper, Person
from services.gateway.domain.mandates import CODE_WORKS, MOST_OPEN, OPEN, Mandate
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.timeline import Aside
from services.gateway.schemas.mandates import MandateShown
from services.gateway.store.acts import Acts
from services.gateway.store.codes import MANDATE, hash_code, hash_typed
from services.gateway.store.paging import AT_ONCE, part_of
from services.gateway.store.people import ANSWER_LOST, People
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.events.event import Fact
from shared.ids import new_id, new_number
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import Database, again_on_conflict, change_one


class Mandates:
    """Keeps who may act for whom; a change is made only from the state it follows on."""

    def __init__(
        self, database: Database, acts: Acts, ledger: Ledger, *, people: People, timeline: Entries, clock: Clock
    ) -> None:
        """Keep mandates in `database`."""
        self._mandates = database.mandates
        self._acts = acts
        self._ledger = ledger
        self._people = people
        self._timeline = timeline
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes: a code leads to one mandate, and a helper has one at a time for a person."""
        await self._mandates.create_index("code", unique=True)
        await self._mandates.create_index("pair", unique=True)
        await self._mandates.create_index([("citizen_id", 1), ("offered_at", -1), ("_id", -1)])
        await self._mandates.create_index([("helper_id", 1), ("accepted_at", -1), ("_id", -1)])
        await self._mandates.create_index([("state", 1), ("ends_at", 1)])

    async def offer(self, ask: Ask, mandate: Mandate) -> Answer:
        """Keep an invitation; it has no code yet.

        Raises:
            RefusedError: `mandate.too_many`.
        """

        async def act(work: Work) -> Answer:
            theirs = {"citizen_id": mandate.citizen_id, "state": {"$in": list(OPEN)}, "ends_at": {"$gt": self._clock()}}
            if await self._mandates.count_documents(theirs, session=work.session) >= MOST_OPEN:
                raise RefusedError("mandate.too_many", most=MOST_OPEN)
            row = mandate.model_dump(by_alias=True) | {"code": f"none {mandate.id}", "pair": f"offered {mandate.id}"}
            await self._mandates.insert_one(row, session=work.session)
            await self._tell(work, mandate.offered(), mandate, mandate.offered_at)
            shown = MandateShown.of(mandate, mandate.offered_at)
            return Answer(201, shown.model_dump(mode="json"), f"/v1/mandates/{mandate.id}")

        return await self._acts.once(ask, act)

    async def new_code(self, mandate_id: str, citizen_id: str) -> tuple[Mandate, str]:
        """Return the code with which an invitation can be accepted; the one before it is worthless.

        Raises:
            RefusedError: `mandate.missing`; `mandate.not_open`: it was accepted, or is over.
        """
        code, now = new_number(), self._clock()
        fresh = {"code": await hash_code(code, MANDATE), "code_expires_at": now + CODE_WORKS}
        waiting = {"_id": mandate_id, "citizen_id": citizen_id, "state": "offered", "ends_at": {"$gt": now}}
        change = {"$set": fresh, "$inc": {"version": 1}}
        row = await self._mandates.find_one_and_update(waiting, change, return_document=ReturnDocument.AFTER)
        if row is None:
            await self.of_citizen(mandate_id, citizen_id)
            raise RefusedError("mandate.not_open")
        return Mandate.model_validate(row), code

    async def accept(self, typed: str, name: str, person: Person | None) -> tuple[Mandate, str | None]:
        """Use up a code; who has no device here yet gets one, and its token.

        A phone whose answer got lost may send its code again: as the same person, or within some minutes as nobody.

        Raises:
            RefusedError: `code.invalid`, `mandate.own`, `mandate.twice`.
        """
        row = await self._mandates.find_one({"code": await hash_typed(typed, MANDATE)})
        if row is None:
            raise RefusedError("code.invalid")
        mandate = Mandate.model_validate(row)
        if mandate.standing(self._clock()) == "accepted":
            return await self._accepted_before(row, person)
        new = person or Helper(new_id(), new_id())
        accepted = await self._accept(mandate, name, new, first_device=None if person else new.device_id)
        return accepted, None if person else await self._people.let_in(new)

    async def _accepted_before(self, row: dict[str, Any], person: Person | None) -> tuple[Mandate, str | None]:
        mandate = Mandate.model_validate(row)
        if person:
            if mandate.helper_id not in person.helper_ids:
                raise RefusedError("code.invalid")
            return mandate, None
        device, at = row.get("first_device"), mandate.accepted_at
        if not device or not at or at <= self._clock() - ANSWER_LOST:
            raise RefusedError("code.invalid")
        return mandate, await self._people.let_in(Helper(str(mandate.helper_id), device))

    async def _accept(self, mandate: Mandate, name: str, person: Person, *, first_device: str | None) -> Mandate:
        if mandate.standing(now := self._clock()) != "offered":
            raise RefusedError("code.invalid")
        if person.person_id == mandate.citizen_id:
            raise RefusedError("mandate.own")
        helper_id, pairs = person.person_id, [f"{mandate.citizen_id} {one}" for one in person.helper_ids]
        if await self._mandates.find_one({"pair": {"$in": pairs}}, {"_id": 1}):
            raise RefusedError("mandate.twice")
        change = {"state": "accepted", "helper_id": helper_id, "helper_name": name, "accepted_at": now}
        change |= {"pair": pairs[0], "first_device": first_device}
        try:
            accepted = await self._move(mandate, change, Mandate.accepted, now)
        except DuplicateKeyError as error:
            raise RefusedError("mandate.twice") from error
        if accepted is None:  # somebody was faster
            raise RefusedError("code.invalid")
        return accepted

    async def revoke(self, mandate_id: str, by: Literal["citizen", "helper"], *person_ids: str) -> None:
        """Let nothing more be done under a mandate of one of these; announced once, however often it is asked for.

        Raises:
            RefusedError: `mandate.missing`; somebody else's is missing, too.
        """
        theirs = {"_id": mandate_id, f"{by}_id": {"$in": person_ids}}
        mandate = await self._one(theirs)
        while mandate.state in OPEN:
            now = self._clock()
            change = {"state": "revoked", "over_at": now, "pair": f"over {mandate_id}"}
            if await self._move(mandate, change, partial(Mandate.revoked, by=by, at=now), now):
                return
            mandate = await self._one(theirs)

    async def end_due(self) -> int:
        """Note which mandates are over, and tell both; access ended with the day itself. Return how many."""
        due = {"state": "accepted", "ends_at": {"$lte": self._clock()}}
        rows = await self._mandates.find(due).limit(AT_ONCE).to_list(AT_ONCE)
        return len([moved for row in rows if (moved := await self._end(Mandate.model_validate(row)))])

    async def _end(self, mandate: Mandate) -> Mandate | None:
        change = {"state": "ended", "over_at": mandate.ends_at, "pair": f"over {mandate.id}"}
        return await self._move(mandate, change, Mandate.ended, mandate.ends_at)

    async def _move(
        self, mandate: Mandate, change: dict[str, Any], fact_of: Callable[[Mandate], Fact], at: datetime
    ) -> Mandate | None:
        """Change a mandate from the version that was read; None if it has changed since."""

        async def step() -> Mandate | None:
            async with self._ledger.begin() as work:
                as_read = {"_id": mandate.id, "state": mandate.state, "version": mandate.version}
                changed = {"$set": change, "$inc": {"version": 1}}
                row = await change_one(self._mandates, as_read, changed, work.session)
                if row is None:
                    return None
                moved = Mandate.model_validate(row)
                await self._tell(work, fact_of(moved), moved, at)
            return moved

        return await again_on_conflict(step)

    async def _tell(self, work: Work, fact: Fact, mandate: Mandate, at: datetime) -> None:
        """Announce a fact, and tell both sides of it."""
        work.announce(fact)
        add = partial(self._timeline.add, fact, at=at, session=work.session)
        await add(citizen_id=mandate.citizen_id, aside=Aside(names=mandate.names))
        if mandate.helper_id:
            await add(citizen_id=mandate.helper_id, aside=Aside(names=mandate.names, to_helper=True))

    async def in_force(self, mandate_id: str, *helper_ids: str) -> Mandate:
        """Return the mandate under which a helper asks something now.

        Raises:
            RefusedError: `mandate.missing`, `mandate.revoked`, `mandate.ended`.
        """
        mandate = await self._one({"_id": mandate_id, "helper_id": {"$in": helper_ids}})
        mandate.check_in_force(self._clock())
        return mandate

    async def of_citizen(self, mandate_id: str, citizen_id: str) -> Mandate:
        """Return a mandate that this citizen gave.

        Raises:
            RefusedError: `mandate.missing`; somebody else's is missing, too.
        """
        return await self._one({"_id": mandate_id, "citizen_id": citizen_id})

    async def given_by(self, citizen_id: str, cursor: Cursor | None) -> Part[Mandate]:
        """Return the mandates that a citizen gave, newest first."""
        return await part_of(self._mandates, {"citizen_id": citizen_id}, cursor, Mandate, by="offered_at")

    async def held_by(self, person: Person, cursor: Cursor | None) -> Part[Mandate]:
        """Return the mandates under which somebody can act now, those accepted last first."""
        in_force = {"helper_id": {"$in": person.helper_ids}, "state": "accepted", "ends_at": {"$gt": self._clock()}}
        return await part_of(self._mandates, in_force, cursor, Mandate, by="accepted_at")

    async def _one(self, query: dict[str, Any]) -> Mandate:
        row = await self._mandates.find_one(query)
        if row is None:
            raise RefusedError("mandate.missing")
        return Mandate.model_validate(row)
