"""Invented people, companies and numbers that belong to nobody, and German ways to print them.

Towns have postcodes that the German post has not given out (00, 05, 43 and 62 begin no postcode), telephone
numbers are the Bundesnetzagentur's numbers for films ("Drama-Rufnummern"), bank codes begin with 9, which no
clearing area has, with the correct check digits.
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from holidays import country_holidays
from stdnum import iban

from examples.paper.letter import Logo, Person, Sender

TOWNS = ("62345 Musterstadt", "43210 Beispielhausen", "05678 Neumusterberg", "62399 Musterstadt-Süd")
STREETS = ("Lindenweg", "Am Alten Markt", "Gartenstraße", "Schillerstraße", "Bahnhofstraße", "Mühlenweg")
WOMEN = ("Sabine", "Aylin", "Olena", "Ioana", "Monika", "Jasmin", "Katharina", "Fatma")
MEN = ("Jürgen", "Mehmet", "Andrij", "Radu", "Thomas", "Karim", "Stefan", "Emre")
SURNAMES = (
    "Hoffmann",
    "Kaya",
    "Kovalenko",
    "Popescu",
    "Böhm",
    "Haddad",
    "Schröder",
    "Demir",
    "Lindner",
    "Petrova",
)
PHONES = ("030 23125", "040 66969", "069 90009", "0221 4710", "089 99998")

SUPPLIERS: tuple[tuple[str, str, tuple[int, int, int], Logo], ...] = (
    ("Stadtwerke Musterstadt GmbH", "Energie. Wasser. Nähe.", (0, 92, 150), "bolt"),
    ("Energie Beispielland AG", "Strom für alle im Land", (200, 75, 20), "sun"),
    ("Gemeindewerke Neumusterberg", "Ihr Versorger vor Ort", (20, 120, 70), "drop"),
)
HOUSES: tuple[tuple[str, str, tuple[int, int, int], Logo], ...] = (
    ("Wohnbau Musterstadt eG", "Gut und sicher wohnen", (130, 30, 40), "house"),
    ("Hausverwaltung Beispiel & Partner", "Immobilienverwaltung", (70, 70, 80), "house"),
)
FIRMS: tuple[tuple[str, str, tuple[int, int, int], Logo], ...] = (
    ("Bäckerei Musterkorn GmbH", "Handwerk seit 1952", (150, 95, 30), "sun"),
    ("Logistik Beispielhausen GmbH", "Lager und Transport", (40, 60, 110), "ring"),
)
BANKS: tuple[tuple[str, str, tuple[int, int, int], Logo], ...] = (
    ("Musterbank Beispielland eG", "Die Bank in der Nachbarschaft", (0, 80, 140), "ring"),
    ("Sparbank Neumusterberg", "Ihre Bank am Ort", (170, 25, 30), "drop"),
)


def street(rng: Random) -> str:
    """A street and a house number."""
    return f"{rng.choice(STREETS)} {rng.randint(1, 148)}"


def person(rng: Random) -> Person:
    """Somebody who does not exist, at an address that does not exist."""
    woman = rng.choice((True, False))
    first = rng.choice(WOMEN if woman else MEN)
    return Person("Frau" if woman else "Herr", first, rng.choice(SURNAMES), street(rng), rng.choice(TOWNS))


def phone(rng: Random) -> str:
    """A number that rings nowhere (Bundesnetzagentur, Mitteilung 148/2021: numbers for media productions)."""
    return f"{rng.choice(PHONES)} {rng.randint(0, 999):03d}"


def account(rng: Random) -> str:
    """An IBAN with correct check digits at a bank that does not exist, in groups of four."""
    basic = f"999{rng.randint(0, 99999):05d}{rng.randint(1, 9999999999):010d}"
    return str(iban.format(f"DE{iban.calc_check_digits(f'DE00{basic}')}{basic}"))


def company(rng: Random, choices: tuple[tuple[str, str, tuple[int, int, int], Logo], ...]) -> Sender:
    """One of the companies of a trade, with an address, a number and a bank for this letter."""
    name, claim, colour, logo = rng.choice(choices)
    host = name.split(maxsplit=1)[0].lower().replace("ä", "ae")
    return Sender(
        name,
        claim,
        street(rng),
        rng.choice(TOWNS),
        phone(rng),
        f"service@{host}.example",
        account(rng),
        "MUSTDE99XXX",
        "Musterbank Beispielland",
        f"HRB {rng.randint(1000, 99999)}",
        colour,
        logo,
    )


def digits(rng: Random, count: int) -> str:
    """A number of so many digits that does not begin with 0."""
    return str(rng.randint(10 ** (count - 1), 10**count - 1))


def meter(rng: Random) -> str:
    """An electricity meter's number in the form of DIN 43863-5, from a maker that does not exist."""
    return f"1 AMT {rng.randint(0, 99):02d} {digits(rng, 4)} {digits(rng, 4)}"


def market_location(rng: Random) -> str:
    """A Marktlokation for electricity: its first digit is 4 to 9, its last one checks the others."""
    return checked(f"{rng.randint(4, 9)}{rng.randint(0, 999_999_999):09d}")


def checked(stem: str) -> str:
    """Ten digits and their check digit: odd places count once, even ones twice (BDEW, MaLo-ID 1.0, 2017)."""
    weighed = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(stem))
    return f"{stem}{-weighed % 10}"


def cents(rng: Random, low: int, high: int) -> Decimal:
    """An amount of euros between two whole ones."""
    return Decimal(rng.randint(low * 100, high * 100)) / 100


def euro(amount: Decimal) -> str:
    """As Germans print money: ``1.234,56 €``."""
    return format_currency(amount, "EUR", locale="de_DE").replace("\xa0", " ")


def plain(amount: Decimal) -> str:
    """An amount without its currency, for columns: ``1.234,56``."""
    return format_decimal(amount, format="#,##0.00", locale="de_DE")


def day(on: date) -> str:
    """As Germans print a date in a table: ``14.03.2026``."""
    return format_date(on, "dd.MM.yyyy", locale="de_DE")


def long_day(on: date) -> str:
    """As Germans print a date in a sentence: ``14. März 2026``."""
    return format_date(on, "d. MMMM yyyy", locale="de_DE")


def working_day(after: date, count: int, state: str = "NW") -> date:
    """The day that lies so many working days (Monday to Friday, no public holiday) after another."""
    calendar = country_holidays("DE", subdiv=state, language="de")
    current = after
    while count:
        current += timedelta(days=1)
        count -= current.weekday() < 5 and current not in calendar  # noqa: PLR2004 - Saturday
    return current
