"""The yearly electricity bill: what was used, what it cost, what was paid in advance."""

from datetime import date
from decimal import Decimal
from typing import Final

from examples.paper import people
from examples.paper.letter import Box, Face, Facts, Letter, Paragraph, Signature, Table
from examples.paper.letters.draft import Draft

FACES: Final[tuple[Face, ...]] = ("sans", "dejavu")


def electricity(draft: Draft) -> Letter:
    """A bill over twelve months, with the new monthly instalment."""
    rng = draft.rng
    sender = people.company(rng, people.SUPPLIERS)
    used, start = rng.randint(1200, 4800), rng.randint(2000, 60000)
    energy = (Decimal(used) * Decimal("0.3187")).quantize(Decimal("0.01"))
    base = Decimal("142.80")
    total = energy + base
    paid = Decimal(rng.randint(60, 140) * 11)
    monthly = Decimal(int(total / 11) + 4)
    numbers = {
        "customer": people.digits(rng, 9),
        "meter": people.meter(rng),
        "invoice": f"R{people.digits(rng, 8)}",
    }
    amounts = {"total": total, "paid": paid, "balance": total - paid, "instalment": monthly}
    year = draft.on.year - 1
    body = (
        Paragraph(draft.recipient.greeting),
        Paragraph(
            f"für die Zeit vom {people.day(date(year, 1, 1))} bis {people.day(date(year, 12, 31))} rechnen "
            "wir Ihren Stromverbrauch wie folgt ab:"
        ),
        readings(start, used),
        costs(used, energy, base, total, paid),
        *balance(total - paid, monthly),
        Signature("Mit freundlichen Grüßen", people.person(rng).name),
    )
    return Letter(
        "stromrechnung",
        draft.variant,
        sender,
        draft.recipient,
        draft.on,
        (
            ("Kundennummer", numbers["customer"]),
            ("Rechnungsnummer", numbers["invoice"]),
            ("Zählernummer", numbers["meter"]),
            ("Datum", people.day(draft.on)),
        ),
        (f"Ihre Stromrechnung für das Jahr {year}", f"Jahresabrechnung Strom {year}")[draft.variant],
        body,
        Facts(numbers, amounts, {"letter": draft.on, "from": date(year, 1, 1), "to": date(year, 12, 31)}),
        face=FACES[draft.variant],
    )


def readings(start: int, used: int) -> Table:
    """The meter at the beginning and at the end."""
    row = (str(start), str(start + used), f"{used} kWh")
    return Table(("Zählerstand alt", "Zählerstand neu", "Verbrauch"), (row,), (0.34, 0.33, 0.33), total=False)


def costs(used: int, energy: Decimal, base: Decimal, total: Decimal, paid: Decimal) -> Table:
    """Energy and base price, less the instalments."""
    rows = (
        (f"Arbeitspreis {used} kWh", "31,87 ct/kWh", people.euro(energy)),
        ("Grundpreis 12 Monate", "11,90 €/Monat", people.euro(base)),
        ("Rechnungsbetrag inkl. 19 % USt.", "", people.euro(total)),
        ("Geleistete Abschläge", "11 Zahlungen", people.euro(-paid)),
        ("Nachzahlung" if total > paid else "Guthaben", "", people.euro(abs(total - paid))),
    )
    return Table(("Position", "Preis", "Betrag"), rows, (0.5, 0.25, 0.25))


def balance(rest: Decimal, monthly: Decimal) -> tuple[Paragraph, Box, Paragraph]:
    """What happens with the difference, and the new instalment."""
    pay = f"Bitte überweisen Sie die Nachzahlung von {people.euro(rest)} innerhalb von 14 Tagen."
    get = f"Das Guthaben von {people.euro(-rest)} überweisen wir auf Ihr Konto."
    return (
        Paragraph(pay if rest > 0 else get),
        Box((f"Ihr neuer monatlicher Abschlag: {people.euro(monthly)}",)),
        Paragraph(
            "Der Abschlag ist jeweils zum Ersten eines Monats fällig. Fragen zu dieser Rechnung "
            "beantworten wir montags bis freitags von 8 bis 18 Uhr."
        ),
    )
