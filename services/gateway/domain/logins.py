"""Logins by an identity provider (OpenID Connect): what is asked, what comes back, and whom it lets in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from services.gateway.domain.newcomers import Person, check_birthday, name_of, phone_of
from services.gateway.domain.refusal import RefusedError

Way = Literal["stay", "link", "sign_in", "start"]


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider as the operator's settings name it; `name` stands on the button."""

    issuer: str
    client_id: str
    secret: SecretStr
    scopes: str
    name: str


class Attempt(BaseModel):
    """A login that was begun: secrets that must come back with it, and where its browser was."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says somebody is: issuer and subject together never mean anybody else."""

    issuer: str
    subject: str
    person: Person


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen id, and whether it is a newcomer's whom nobody has taken as a citizen."""

    citizen_id: str
    provisional: bool


def way_in(known: Known | None, guest: Known | None) -> Way:
    """Decide what a login does: `known` has it already, `guest` holds the device it came from.

    A login moves from a newcomer to the citizen on whose device it is used: both are proven then. Papers stay where
    they are.
    """
    if known is None:
        return "link" if guest else "start"
    if guest is None:
        return "sign_in"
    if known.citizen_id == guest.citizen_id:
        return "stay"
    return "link" if known.provisional and not guest.provisional else "sign_in"


def person_of(claims: Mapping[str, object], now: datetime) -> Person:
    """Return who somebody is by OpenID Connect's standard claims (Core 1.0, 5.1); what does not fit is left out."""
    kept: dict[str, object] = {}
    for field, read in (("name", _name), ("born_on", _born_on), ("phone", _phone)):
        try:
            if value := read(claims, now):
                kept[field] = value
        except (RefusedError, ValueError):
            continue
    vouched = tuple(field for field in kept if field != "phone" or claims.get("phone_number_verified") is True)
    return Person.model_validate({**kept, "verified": vouched})


def _name(claims: Mapping[str, object], _: datetime) -> str | None:
    parts = [str(claims[part]) for part in ("given_name", "family_name") if claims.get(part)]
    full = claims.get("name") or " ".join(parts)
    return name_of(str(full)) if full else None


def _born_on(claims: Mapping[str, object], now: datetime) -> date | None:
    born_on = claims.get("birthdate")
    return check_birthday(date.fromisoformat(str(born_on)), now.date()) if born_on else None


def _phone(claims: Mapping[str, object], _: datetime) -> str | None:
    number = claims.get("phone_number")
    return phone_of(str(number)) if number else None
