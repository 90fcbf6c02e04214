"""A monthly payslip."""

from datetime import date, timedelta
from decimal import Decimal

from examples.paper import people
from examples.paper.letter import Facts, Letter, Paragraph, Table
from examples.paper.letters.draft import Draft

DEDUCTIONS = (
    ("Lohnsteuer", "0.0712"),
    ("Krankenversicherung", "0.0875"),
    ("Pflegeversicherung", "0.0240"),
    ("Rentenversicherung", "0.0930"),
    ("Arbeitslosenversicherung", "0.0130"),
)


def payslip(draft: Draft) -> Letter:
    """Gross pay, what is taken off, and what is paid out."""
    rng = draft.rng
    sender = people.company(rng, people.FIRMS)
    hours, rate = Decimal(rng.choice((65, 86, 120, 152, 168))), Decimal(rng.randint(1390, 1890)) / 100
    gross = (hours * rate).quantize(Decimal("0.01"))
    taken = tuple((name, (gross * Decimal(share)).quantize(Decimal("0.01"))) for name, share in DEDUCTIONS)
    net = gross - sum((amount for _, amount in taken), Decimal(0))
    month = draft.on.replace(day=1) - timedelta(days=1)
    staff, iban = people.digits(rng, 5), people.account(rng)
    body = (
        Paragraph(f"Abrechnungsmonat: {month:%m/%Y}   Steuerklasse: I   Eintritt: {people.day(entered(draft))}"),
        earnings(hours, rate, gross),
        Table(
            ("Gesetzliche Abzüge", "Betrag"),
            (*((name, people.euro(-amount)) for name, amount in taken), ("Nettoverdienst", people.euro(net))),
            (0.7, 0.3),
        ),
        Paragraph(f"Auszahlungsbetrag: {people.euro(net)}", bold=True),
        Paragraph(f"Die Auszahlung erfolgt auf das Konto {iban}."),
        Paragraph("Diese Abrechnung wurde maschinell erstellt und ist ohne Unterschrift gültig.", points=8),
    )
    return Letter(
        "lohnabrechnung",
        draft.variant,
        sender,
        draft.recipient,
        draft.on,
        (("Personalnummer", staff), ("Monat", f"{month:%m/%Y}"), ("Datum", people.day(draft.on))),
        (f"Lohnabrechnung {month:%m/%Y}", f"Entgeltabrechnung für {month:%m/%Y}")[draft.variant],
        body,
        Facts(
            {"staff": staff, "iban": iban},
            {"gross": gross, "net": net},
            {"letter": draft.on, "month": month.replace(day=1)},
        ),
    )


def entered(draft: Draft) -> date:
    """The first day at this employer, some years ago."""
    return date(draft.on.year - draft.rng.randint(1, 9), draft.rng.randint(1, 12), 1)


def earnings(hours: Decimal, rate: Decimal, gross: Decimal) -> Table:
    """Hours times rate."""
    rows = (
        ("Stundenlohn", people.plain(hours), people.plain(rate), people.euro(gross)),
        ("Gesamtbrutto", "", "", people.euro(gross)),
    )
    return Table(("Lohnart", "Stunden", "Satz", "Betrag"), rows, (0.4, 0.2, 0.15, 0.25))
