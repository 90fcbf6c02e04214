"""The yearly settlement of heating and hot water between a landlord and a tenant."""

from datetime import date
from decimal import Decimal
from typing import Final

from examples.paper import people
from examples.paper.letter import Face, Facts, Letter, Paragraph, Signature, Table
from examples.paper.letters.draft import Draft

FACES: Final[tuple[Face, ...]] = ("sans", "serif")


def settlement(draft: Draft) -> Letter:
    """The house's costs, the tenant's share, and what remains to be paid."""
    rng, year = draft.rng, draft.on.year - 1
    sender = people.company(rng, people.HOUSES)
    base, use, water = (people.cents(rng, low, high) for low, high in ((120, 260), (280, 720), (90, 240)))
    total = base + use + water
    paid = Decimal(rng.randint(35, 80) * 12)
    unit = f"{people.digits(rng, 4)}-{rng.randint(1, 24):02d}"
    body = (
        Paragraph(draft.recipient.greeting),
        Paragraph(
            f"hiermit erhalten Sie die Abrechnung der Heiz- und Warmwasserkosten für Ihre Wohnung {unit} "
            f"für den Zeitraum {people.day(date(year, 1, 1))} bis {people.day(date(year, 12, 31))}. Die "
            "Kosten wurden nach der Heizkostenverordnung zu 30 % nach Wohnfläche und zu 70 % nach "
            "Verbrauch verteilt."
        ),
        shares(base, use, water, total, paid),
        *ending(draft, total - paid),
        Signature("Mit freundlichen Grüßen", people.person(rng).name),
    )
    return Letter(
        "heizkostenabrechnung",
        draft.variant,
        sender,
        draft.recipient,
        draft.on,
        (("Mieternummer", unit), ("Abrechnungsjahr", str(year)), ("Datum", people.day(draft.on))),
        (f"Heizkostenabrechnung {year}", f"Abrechnung über Heizung und Warmwasser {year}")[draft.variant],
        body,
        Facts(
            {"tenant": unit},
            {"total": total, "paid": paid, "balance": total - paid},
            {"letter": draft.on, "from": date(year, 1, 1), "to": date(year, 12, 31)},
        ),
        face=FACES[draft.variant],
    )


def shares(base: Decimal, use: Decimal, water: Decimal, total: Decimal, paid: Decimal) -> Table:
    """The tenant's part of each kind of cost."""
    rows = (
        ("Heizung Grundkosten", "Wohnfläche", people.euro(base)),
        ("Heizung Verbrauchskosten", "Einheiten", people.euro(use)),
        ("Warmwasser", "Kubikmeter", people.euro(water)),
        ("Ihre Kosten gesamt", "", people.euro(total)),
        ("Ihre Vorauszahlungen", "", people.euro(-paid)),
        ("Nachzahlung" if total > paid else "Guthaben", "", people.euro(abs(total - paid))),
    )
    return Table(("Kostenart", "Verteilung nach", "Ihr Anteil"), rows, (0.5, 0.25, 0.25))


def ending(draft: Draft, rest: Decimal) -> tuple[Paragraph, Paragraph]:
    """How the difference is settled, and the right to see the papers."""
    pay = f"Bitte zahlen Sie den Betrag von {people.euro(rest)} mit der nächsten Miete."
    get = f"Das Guthaben von {people.euro(-rest)} verrechnen wir mit der nächsten Miete."
    look = (
        "Sie können die Belege nach Vereinbarung in unserem Büro einsehen.",
        (
            "Einwendungen teilen Sie uns bitte innerhalb von zwölf Monaten nach Zugang mit. Die Belege "
            "liegen in unserer Geschäftsstelle zur Einsicht bereit."
        ),
    )[draft.variant]
    return Paragraph(pay if rest > 0 else get), Paragraph(look)
