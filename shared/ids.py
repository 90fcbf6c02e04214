"""Identifiers: UUIDv7 for machines, short numbers with a check character for people."""

import secrets
from datetime import UTC, date, datetime
from uuid import UUID

from stdnum import luhn
from stdnum.exceptions import ValidationError
from uuid_utils.compat import uuid7

# No 0/O and no 1/I, which are confused when read aloud. 32 characters, as Luhn's scheme needs an even number.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id() -> str:
    """Return a fresh UUIDv7 (RFC 9562) as text; ids made later sort later."""
    return str(uuid7())


def first_id_of(instant: datetime) -> str:
    """Return the smallest UUIDv7 text of the millisecond `instant`: every older id sorts before it."""
    milliseconds = int(instant.timestamp() * 1000)
    return str(UUID(int=milliseconds << 80))


def minute_of(identifier: str) -> int:
    """Return the minute since 1970 in which a UUIDv7 was made; 0 for what is none."""
    try:
        return int(identifier.replace("-", "")[:12], 16) // 60_000
    except ValueError:
        return 0


def minute_at(instant: datetime) -> int:
    """Return the minute since 1970 that an instant lies in."""
    return int(instant.timestamp()) // 60


def day_of(made_id: str) -> date:
    """Return the day, in UTC, on which a UUIDv7 was made."""
    return datetime.fromtimestamp((UUID(made_id).int >> 80) / 1000, UTC).date()


def new_number(length: int = 8) -> str:
    """Return a random number for people: `length` characters and one check character, e.g. `K7Q2-M9XA-4`."""
    return format_number(with_check("".join(secrets.choice(ALPHABET) for _ in range(length))))


def with_check(body: str) -> str:
    """Return characters of `ALPHABET` with their check character behind them."""
    return body + str(luhn.calc_check_digit(body, alphabet=ALPHABET))


def format_number(compact: str) -> str:
    """Group a compact number in fours, for reading aloud."""
    return "-".join(compact[i : i + 4] for i in range(0, len(compact), 4))


def parse_number(typed: str) -> str:
    """Return the formatted number for what a person typed.

    Raises:
        ValueError: if the check character does not fit (Luhn mod 32: any single wrong character is found).
    """
    compact = "".join(c for c in typed.upper() if c.isalnum())
    try:
        luhn.validate(compact, alphabet=ALPHABET)
    except ValidationError as error:
        raise ValueError("number.mistyped") from error
    return format_number(compact)
