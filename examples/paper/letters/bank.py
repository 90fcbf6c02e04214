"""A bank statement: what came in, what went out, and the balance."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from examples.paper import people
from examples.paper.letter import Face, Facts, Letter, Paragraph, Table
from examples.paper.letters.draft import Draft

FACES: Final[tuple[Face, ...]] = ("sans", "dejavu")

MOVES = (
    ("Miete Wohnbau Musterstadt", -640, -380),
    ("Abschlag Strom", -140, -48),
    ("Lebensmittelmarkt Beispiel", -62, -8),
    ("Bargeldauszahlung Automat", -150, -20),
    ("Mobilfunk Muster", -25, -9),
    ("Leistung Jobcenter", 420, 980),
    ("Kindergeld Familienkasse", 255, 510),
    ("Drogerie Musterstadt", -35, -4),
    ("Verkehrsbetriebe Abo", -63, -29),
)


def statement(draft: Draft) -> Letter:
    """A month's movements in order, with the balance before and after."""
    rng = draft.rng
    sender = people.company(rng, people.BANKS)
    opening, iban, number = people.cents(rng, -120, 400), people.account(rng), rng.randint(1, 12)
    rows, closing = movements(draft, opening)
    total = ("", f"Neuer Kontostand am {people.day(draft.on)}", people.plain(closing))
    body = (
        Paragraph(f"Kontoinhaber: {draft.recipient.name}   IBAN {iban}"),
        Table(("Buchung", "Verwendungszweck", "Betrag EUR"), (*rows, total), (0.15, 0.6, 0.25), left=2),
        Paragraph(
            "Bitte prüfen Sie die Buchungen. Einwendungen gegen diesen Auszug müssen Sie vor Ablauf von "
            "sechs Wochen nach Zugang geltend machen. Guthaben sind im gesetzlichen Umfang geschützt.",
            points=8.5,
        ),
    )
    return Letter(
        "kontoauszug",
        draft.variant,
        sender,
        draft.recipient,
        draft.on,
        (
            ("Auszugsnummer", f"{number}/{draft.on.year}"),
            ("Kontowährung", "Euro"),
            ("Erstellt am", people.day(draft.on)),
        ),
        (f"Kontoauszug {number}/{draft.on.year}", f"Ihr Kontoauszug Nummer {number}")[draft.variant],
        body,
        Facts({"iban": iban}, {"opening": opening, "closing": closing}, {"letter": draft.on}),
        face=FACES[draft.variant],
    )


def movements(draft: Draft, opening: Decimal) -> tuple[tuple[tuple[str, str, str], ...], Decimal]:
    """The rows, oldest first, beginning with the old balance; and the new balance."""
    rng, first = draft.rng, draft.on - timedelta(days=30)
    rows, balance = [(people.day(first), "Alter Kontostand", people.plain(opening))], opening
    for booked in sorted(booking(draft, first) for _ in range(rng.randint(8, 11))):
        what, low, high = rng.choice(MOVES)
        amount = people.cents(rng, low, high)
        balance += amount
        rows.append((people.day(booked), what, people.plain(amount)))
    return tuple(rows), balance


def booking(draft: Draft, first: date) -> date:
    """A day of the month."""
    return first + timedelta(days=draft.rng.randint(1, 29))
