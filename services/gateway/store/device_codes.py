"""Codes for one more device, asked for by a program: the same again for the same request, and kept as a hash only."""

from datetime import timedelta

from services.gateway.domain.access import Answer, Ask, Person
from services.gateway.schemas.devices import CodeKept
from services.gateway.store.acts import Acts
from services.gateway.store.people import People
from shared.clock import Clock
from shared.messaging.ledger import Work


class DeviceCodes:
    """Keeps, beside each code, no more than until when it works."""

    def __init__(self, acts: Acts, people: People, clock: Clock) -> None:
        """Keep codes where `people` does."""
        self._acts = acts
        self._people = people
        self._clock = clock

    async def invite(self, ask: Ask, person: Person, code: str, valid_for: timedelta) -> Answer:
        """Let a code activate one more device of somebody, once for each request."""

        async def act(work: Work) -> Answer:
            await self._people.invite_device(person, valid_for, code=code, session=work.session)
            kept = CodeKept(expires_at=self._clock() + valid_for)
            return Answer(201, kept.model_dump(mode="json"))

        return await self._acts.once(ask, act)
