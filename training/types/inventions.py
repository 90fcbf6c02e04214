"""What is invented for a letter: names, places, sums and numbers; the two parts share no name and no sender."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from types import MappingProxyType

from examples.paper import people
from training.types.wordings import Split

FIRST = date(2023, 1, 1)
MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November")
STREETS = (
    "Lindenweg",
    "Hauptstr.",
    "Gartenstraße",
    "Am Markt",
    "Bahnhofstraße",
    "Ringstraße",
    "Mühlenweg",
    "Im Winkel",
)

NAMES: Mapping[Split, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "train": (
            ("Anna", "Murat", "Oksana", "Peter", "Leyla", "Dimitri", "Claudia", "Ahmad", "Birgit", "Ion", "Emily"),
            ("Schneider", "Yilmaz", "Shevchenko", "Braun", "Ionescu", "Al-Sayed", "Krüger", "Weiß", "Petrov", "Otto"),
        ),
        "held out": (
            ("Tobias", "Elif", "Iryna", "Georgi", "Margarete", "Samir", "Heike", "Bogdan"),
            ("Winkler", "Arslan", "Bondarenko", "Dimitrova", "Jäger", "Nasser", "Marin", "Lorenz"),
        ),
    }
)
PLACES: Mapping[Split, tuple[str, ...]] = MappingProxyType(
    {
        "train": ("Musterstadt", "Neudorf", "Altenhausen", "Waldkirch", "Seeburg", "Oberfeld"),
        "held out": ("Beispielhausen", "Kleinstadt", "Hohenbach", "Unterau"),
    }
)
JOBS: Mapping[Split, tuple[str, ...]] = MappingProxyType(
    {
        "train": (
            "Verkäuferin",
            "Lagerhelfer",
            "Pflegehelferin",
            "Fahrer",
            "Bürokauffrau",
            "Küchenhilfe",
            "Elektriker",
        ),
        "held out": ("Reinigungskraft", "Gärtner", "Erzieherin", "Maschinenführer", "Kassierer"),
    }
)
FIRMS: Mapping[Split, tuple[str, ...]] = MappingProxyType(
    {
        "train": ("Nordlager GmbH", "Backhaus Seeburg KG", "Pflegedienst Sonne GmbH", "Muster Bau GmbH", "Hotel Linde"),
        "held out": ("Reinigung Blitz UG", "Gartencenter Unterau", "Spedition Hohenbach GmbH & Co. KG"),
    }
)


def drawn_from(split: Split) -> Split:
    """Return whose names and senders a part uses: what judges shares none with what teaches."""
    return "train" if split == "train" else "held out"


def _digits(rng: Random, low: int, high: int) -> str:
    return people.digits(rng, rng.randint(low, high))


def invented(split: Split, rng: Random) -> dict[str, Callable[[], str]]:
    """Return for every slot of a wording what makes something up for it."""
    first, last = NAMES[drawn_from(split)]
    return {
        "name": lambda: f"{rng.choice(first)} {rng.choice(last)}",
        "place": lambda: rng.choice(PLACES[drawn_from(split)]),
        "town": lambda: f"{rng.choice(('05', '43', '62'))}{_digits(rng, 3, 3)} {rng.choice(PLACES[drawn_from(split)])}",
        "street": lambda: f"{rng.choice(STREETS)} {rng.randint(1, 180)}",
        "firm": lambda: rng.choice(FIRMS[drawn_from(split)]),
        "job": lambda: rng.choice(JOBS[drawn_from(split)]),
        "school": lambda: (
            f"{rng.choice(('Gesamtschule', 'Realschule', 'Grundschule'))} {rng.choice(PLACES[drawn_from(split)])}"
        ),
        "date": lambda: _date(rng),
        "month": lambda: rng.choice((*MONTHS, f"{rng.randint(1, 12):02d}/{rng.randint(2023, 2026)}")),
        "year": lambda: str(rng.randint(2022, 2026)),
        "time": lambda: f"{rng.randint(7, 18)}:{rng.choice(('00', '15', '30', '45'))}",
        "hours": lambda: str(rng.choice((6, 10, 15, 20, 25, 30, 38, 40))),
        "amount": lambda: people.plain(people.cents(rng, 3, 1900)) + rng.choice((" €", " €", " EUR", " Euro", "")),
        "cents": lambda: f"{rng.randint(24, 48)},{rng.randint(10, 99)}",
        "digits": lambda: _digits(rng, 1, 4),
        "number": lambda: rng.choice(("", "", "V-", "K")) + _digits(rng, 5, 11),
        "meter": lambda: rng.choice((people.meter(rng), _digits(rng, 7, 9))),
        "phone": lambda: people.phone(rng),
        "iban": lambda: people.account(rng),
    }


def _date(rng: Random) -> str:
    day = FIRST + timedelta(days=rng.randrange(1500))
    return rng.choice((people.day, people.day, people.long_day))(day)
