"""Who asks: a citizen's or a helper's device, a team's tool, or a supplier; and which request of theirs it is."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.refusal import RefusedError
from shared.events.gateway import MandateKind, MandateScope
from shared.partners import Supplier, Tool

MAX_KEY = 255
# The code of one more device, which one's own shows; a letter's is good for longer.
CODE_WORKS = timedelta(minutes=15)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Acting:
    """The mandate under which somebody acts for a citizen, and the names that acts and receipts carry."""

    mandate_id: str
    helper_id: str
    kind: MandateKind
    scopes: frozenset[MandateScope]
    helper: str
    citizen: str


@dataclass(frozen=True, slots=True)
class Citizen:
    """A citizen, as known by the device they activated; or, `acting`, whoever they let act for them.

    Then `device_id` names device and mandate, so that what a helper has begun for one person is never another's.
    `newcomer`: nobody at the job centre has said yet who they are.
    `helper_id` is as whom the device's holder began to help others before they came for themselves.
    """

    citizen_id: str
    device_id: str
    acting: Acting | None = None
    helper_id: str | None = None
    newcomer: bool = False

    @property
    def person_id(self) -> str:
        """Whose device it is."""
        return self.citizen_id

    @property
    def helper_ids(self) -> tuple[str, ...]:
        """As whom they may have accepted to help, the present one first."""
        return (self.citizen_id, self.helper_id) if self.helper_id else (self.citizen_id,)

    @property
    def reach(self) -> dict[str, str]:
        """What a row must say to be seen: who may not read sees what they handed in themselves."""
        theirs = {"citizen_id": self.citizen_id}
        if self.acting is None or "read" in self.acting.scopes:
            return theirs
        return {**theirs, "mandate_id": self.acting.mandate_id}


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who has no papers of their own here, as known by the device on which they accepted to help."""

    helper_id: str
    device_id: str

    @property
    def person_id(self) -> str:
        """Whose device it is."""
        return self.helper_id

    @property
    def helper_ids(self) -> tuple[str, ...]:
        """As whom they accepted to help."""
        return (self.helper_id,)


Person = Citizen | Helper


def mandate_id_of(citizen: Citizen) -> str | None:
    """Return the mandate within which somebody acts for a citizen, None for themselves."""
    return citizen.acting.mandate_id if citizen.acting else None


def reach_of(whose: Citizen | str) -> dict[str, str]:
    """Return what a row must say to be shown to somebody, or to the citizen of an id."""
    return {"citizen_id": whose} if isinstance(whose, str) else whose.reach


class Device(BaseModel):
    """A device a citizen activated, and since when it is in use."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    created_at: datetime
    seen_at: datetime | None = None


Principal = Person | Tool | Supplier


def principal_id(principal: Principal) -> str:
    """Return the text that tells principals apart, e.g. `citizen:0192...`."""
    match principal:
        case Citizen(acting=Acting() as acting):
            return f"mandate:{acting.mandate_id}"
        case Citizen():
            return f"citizen:{principal.citizen_id}"
        case Helper():
            return f"helper:{principal.helper_id}"
        case Tool():
            return f"tool:{principal.id}"
        case Supplier():
            return f"supplier:{principal.id}"


def is_stranger(principal: Principal) -> bool:
    """Tell whether nobody here knows who that is: anybody can be a newcomer, or a helper without an account."""
    return isinstance(principal, Helper) or (isinstance(principal, Citizen) and principal.newcomer)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that creates something: it takes effect once per principal and key."""

    principal: str
    key: str
    route: str
    digest: str
    traceparent: str | None = None

    @property
    def id(self) -> str:
        """The text under which the first answer is kept."""
        return f"{self.principal} {self.key}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a creating request is answered with, the first time and every time after."""

    status: int
    body: dict[str, Any]
    location: str | None = None


def idempotency_key(header: str | None) -> str:
    """Return the key a client chose; the quotes that the IETF draft asks for are optional.

    Raises:
        RefusedError: there is none, or it has no 1 to 255 visible ASCII characters.
    """
    if header is None:
        raise RefusedError("idempotency_key.missing")
    key = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not (0 < len(key) <= MAX_KEY and all("!" <= c <= "~" for c in key)):
        raise RefusedError("idempotency_key.invalid")
    return key


def traceparent(header: str | None) -> str | None:
    """Return the trace a client is in (W3C Trace Context); anything else in that header stays outside."""
    return header if header and _TRACEPARENT.fullmatch(header) else None
