"""Logins by an identity provider: attempts that come back once, and which subject is which citizen."""

from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.logins import Attempt, Identity
from services.gateway.domain.refusal import RefusedError
from shared.clock import Clock
from shared.ids import new_id
from shared.partners import hash_token
from shared.storage.deleting import Expiring
from shared.storage.documents import Database

TAKES_AT_MOST = timedelta(minutes=15)


class Logins:
    """Keeps each issuer's subjects; one subject is one citizen, a citizen may have several."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep logins in `database`."""
        self._logins = database.logins
        self._attempts = database.login_attempts
        self.expiring = Expiring(self._attempts, "expires_at")
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._logins.create_index([("issuer", 1), ("subject", 1)], unique=True)
        await self._logins.create_index("citizen_id")

    async def begin(self, attempt: Attempt, browser: str) -> None:
        """Keep an attempt; only the browser that holds the secret `browser` can bring it back."""
        row = attempt.model_dump(exclude={"state"}) | {"browser": hash_token(browser)}
        until = self._clock() + TAKES_AT_MOST
        await self._attempts.insert_one({"_id": hash_token(attempt.state), "expires_at": until, **row})

    async def claim(self, state: str, browser: str) -> Attempt:
        """Return an attempt, the one time it comes back.

        Raises:
            RefusedError: `login.failed`: never begun, begun by another browser, used up, or too long ago.
        """
        theirs = {"_id": hash_token(state), "browser": hash_token(browser), "expires_at": {"$gt": self._clock()}}
        row = await self._attempts.find_one_and_delete(theirs)
        if row is None:
            raise RefusedError("login.failed")
        return Attempt.model_validate({**row, "state": state})

    async def citizen_of(self, identity: Identity) -> str | None:
        """Return the citizen id of a subject, if it was here before."""
        row = await self._logins.find_one(_of(identity), {"citizen_id": 1})
        return str(row["citizen_id"]) if row else None

    async def known_to(self, citizen_id: str) -> bool:
        """Tell whether a citizen can log in."""
        return await self._logins.find_one({"citizen_id": citizen_id}, {"_id": 1}) is not None

    async def link(self, identity: Identity, citizen_id: str, before: str | None = None) -> None:
        """Let a subject in as this citizen from now on; `before` is who it was until now.

        Raises:
            RefusedError: `login.failed`: it changed at this very moment.
        """
        linked = {"citizen_id": citizen_id, "linked_at": self._clock()}
        if before:
            seen = {**_of(identity), "citizen_id": before}
            if not (await self._logins.update_one(seen, {"$set": linked})).matched_count:
                raise RefusedError("login.failed")
            return
        try:
            await self._logins.insert_one({"_id": new_id(), **_of(identity), **linked})
        except DuplicateKeyError as error:
            raise RefusedError("login.failed") from error


def _of(identity: Identity) -> dict[str, str]:
    return {"issuer": identity.issuer, "subject": identity.subject}
