"""What newcomers say of themselves, and whom a login lets in."""

from datetime import UTC, date, datetime

import pytest
from starlette.requests import Request

from services.gateway.domain.logins import Known, Way, person_of, way_in
from services.gateway.domain.newcomers import birthday_of, name_of, phone_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import client_of

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Erika   Beispiel ", "Erika Beispiel"),
        ("Ays\u0327e O\u2019Neil-O\u0308z", "Ay\u015fe O\u2019Neil-\u00d6z"),
        ("محمد علي", "محمد علي"),
        ("Oleksandr Шевченко", "Oleksandr Шевченко"),
    ],
)
def test_names_of_all_scripts_are_kept_in_one_form(typed: str, kept: str) -> None:
    """Whatever a phone's keyboard makes of a name, it is compared and read in one form."""
    assert name_of(typed) == kept


@pytest.mark.parametrize("typed", ["", "E", "--", "a" * 101, "win at http://x.example", "erika@example.org", "A\x00B"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    """Addresses, control characters and nothing at all are no name."""
    with pytest.raises(RefusedError, match=r"newcomer\.name"):
        name_of(typed)


def test_a_birthday_is_a_day_somebody_living_was_born_on() -> None:
    """Days that are none, that are to come, or before anybody living, are refused."""
    assert birthday_of("7", "04", "1985", TODAY) == date(1985, 4, 7)
    for day, month, year in (
        ("30", "2", "1985"),
        ("24", "11", "2026"),
        ("1", "1", "1890"),
        ("", "4", "85"),
        ("x",) * 3,
    ):
        with pytest.raises(RefusedError, match=r"newcomer\.birthday"):
            birthday_of(day, month, year, TODAY)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0208 123456", "+49208123456"), ("0171/1234567", "+491711234567"), ("+90 532 123 45 67", "+905321234567")],
)
def test_phone_numbers_are_kept_as_they_are_called(typed: str, kept: str) -> None:
    """A number without a country is German."""
    assert phone_of(typed) == kept


@pytest.mark.parametrize("typed", ["", "123", "keine", "0000000000", "+999 123456"])
def test_what_cannot_be_called_is_refused(typed: str) -> None:
    """A number nobody can have is said to be wrong while its owner can still correct it."""
    with pytest.raises(RefusedError, match=r"newcomer\.phone"):
        phone_of(typed)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_network_counts_as_one_client(address: str, client: str) -> None:
    """Who owns 2^64 addresses may try no more often for it; who has none shares one count."""
    assert client_of(Request({"type": "http", "client": (address, 50_000)})) == client


HERE, THERE = Known("a", provisional=False), Known("b", provisional=False)
NEW_HERE, NEW_THERE = Known("c", provisional=True), Known("d", provisional=True)


@pytest.mark.parametrize(
    ("known", "guest", "way"),
    [
        (None, None, "start"),
        (None, HERE, "link"),
        (None, NEW_HERE, "link"),
        (HERE, None, "sign_in"),
        (NEW_THERE, None, "sign_in"),
        (HERE, HERE, "stay"),
        (HERE, THERE, "sign_in"),
        (HERE, NEW_HERE, "sign_in"),
        (NEW_THERE, HERE, "link"),
        (NEW_THERE, NEW_HERE, "sign_in"),
    ],
)
def test_a_login_lets_in_whom_it_knows(known: Known | None, guest: Known | None, way: Way) -> None:
    """A login never moves from one citizen to another, and never to somebody nobody has taken as one."""
    assert way_in(known, guest) == way


def test_claims_that_fit_are_vouched_for() -> None:
    """Name and birthday count as verified, a phone number only if the provider says so; nonsense is left out."""
    claims = {
        "given_name": "Erika",
        "family_name": "Beispiel",
        "birthdate": "1985-04-07",
        "phone_number": "0208 123456",
    }
    person = person_of(claims, NOW)
    assert (person.name, person.born_on, person.phone) == ("Erika Beispiel", date(1985, 4, 7), "+49208123456")
    assert person.verified == ("name", "born_on")
    assert person_of({**claims, "phone_number_verified": True}, NOW).verified == ("name", "born_on", "phone")
    assert person_of({"name": "\x00", "birthdate": "0000-04-07", "phone_number": "1"}, NOW).verified == ()
