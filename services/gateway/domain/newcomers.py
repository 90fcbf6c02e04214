"""Newcomers: who has no account says who they are and hands in; later a person at the desk says whose it is."""

import unicodedata
from datetime import date, datetime
from typing import Literal

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.documents import Document
from services.gateway.domain.refusal import RefusedError
from shared.events.gateway import AssignmentDecided, AssignmentRequested, Errand

State = Literal["started", "waiting", "existing", "new"]
UNDECIDED: tuple[State, ...] = ("started", "waiting")
APPLICATION = "antrag"
LONGEST_NAME = 100
SHORTEST_NAME = 2
OLDEST_YEARS = 120
HOME = "DE"
"""Where a phone number belongs that names no country."""
_IN_NAMES = frozenset(" -.,'’ʼ`´·")  # noqa: RUF001 - apostrophes as phones type them


class Person(BaseModel):
    """Who somebody says they are; `verified` names the fields that an identity provider vouches for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str | None = None
    born_on: date | None = None
    phone: str | None = None
    verified: tuple[str, ...] = ()


class Newcomer(BaseModel):
    """Somebody without an account; their id is the citizen id that their papers are kept under, for good."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    device_id: str
    errand: Errand
    state: State = "started"
    person: Person | None
    started_at: datetime
    requested_at: datetime | None = None
    team: str | None = None
    owner_id: str | None = None
    receipt_number: str | None = None  # of an application

    def requested(self, at: datetime) -> AssignmentRequested:
        """Say that a person must look."""
        return AssignmentRequested(newcomer_id=self.id, errand=self.errand, requested_at=at)

    @property
    def application(self) -> Document | None:
        """What they applied with, if they did: an application needs no form (§ 37 SGB II), but it needs a receipt.

        It is a document without a page, and so its receipt is made and checked as any other.
        """
        if self.receipt_number is None or self.requested_at is None:
            return None
        return Document(
            id=self.id,
            citizen_id=self.id,
            device_id=self.device_id,
            receipt_number=self.receipt_number,
            received_at=self.requested_at,
            declared_type=APPLICATION,
            without_account=True,
            pages=(),
        )


class Decision(BaseModel):
    """What a person at the desk decided; without an owner the newcomer is taken as a new citizen."""

    model_config = ConfigDict(frozen=True)

    newcomer_id: str
    owner_id: str | None
    team: str
    tool_id: str
    decided_at: datetime

    def decided(self) -> AssignmentDecided:
        """Say whose the papers are."""
        outcome: Literal["existing", "new"] = "existing" if self.owner_id else "new"
        owner_id = self.owner_id or self.newcomer_id
        told = self.model_dump(include={"newcomer_id", "tool_id", "decided_at"})
        return AssignmentDecided(owner_id=owner_id, outcome=outcome, **told)


def name_of(text: str) -> str:
    """Return a name in one form: no space too many, composed letters (NFC).

    Raises:
        RefusedError: `newcomer.name`: too short or long, or with characters that are in no name.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    fits = all(sign in _IN_NAMES or unicodedata.category(sign)[0] in "LM" for sign in name)
    if not (fits and SHORTEST_NAME <= len(name) <= LONGEST_NAME and any(sign.isalpha() for sign in name)):
        raise RefusedError("newcomer.name")
    return name


def birthday_of(day: str, month: str, year: str, today: date) -> date:
    """Return a day of birth from three numbers.

    Raises:
        RefusedError: `newcomer.birthday`: no such day, or nobody was born then who lives.
    """
    try:
        born_on = date(int(year), int(month), int(day))
    except ValueError as error:
        raise RefusedError("newcomer.birthday") from error
    return check_birthday(born_on, today)


def check_birthday(born_on: date, today: date) -> date:
    """Return a day of birth that can be one.

    Raises:
        RefusedError: `newcomer.birthday`.
    """
    if not today.year - OLDEST_YEARS <= born_on.year or born_on > today:
        raise RefusedError("newcomer.birthday")
    return born_on


def phone_of(text: str) -> str:
    """Return a phone number as E.164 writes it.

    Raises:
        RefusedError: `newcomer.phone`: no number that can be called.
    """
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException as error:
        raise RefusedError("newcomer.phone") from error
    if not phonenumbers.is_valid_number(number):
        raise RefusedError("newcomer.phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
