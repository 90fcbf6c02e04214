"""The first page of a tenancy contract."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from examples.paper import people
from examples.paper.letter import Block, Face, Facts, Letter, Paragraph, Sender, Table
from examples.paper.letters.draft import Draft

FACES: Final[tuple[Face, ...]] = ("serif", "sans")


def contract(draft: Draft) -> Letter:
    """Parties, rooms, beginning and rent, up to the foot of the first page."""
    rng = draft.rng
    sender = people.company(rng, people.HOUSES)
    start = date(draft.on.year + draft.on.month // 12, draft.on.month % 12 + 1, 1)
    rent, side, heat = (Decimal(rng.randint(low, high)) for low, high in ((280, 640), (60, 140), (50, 120)))
    body = (
        *parties(draft, sender),
        *rooms(draft),
        *beginning(start),
        Paragraph("§ 3 Miete", bold=True),
        Paragraph("Die monatliche Miete setzt sich wie folgt zusammen:"),
        rents(rent, side, heat),
        Paragraph(
            "Die Miete ist monatlich im Voraus, spätestens am dritten Werktag eines Monats, auf das unten "
            f"genannte Konto zu zahlen. Die Kaution beträgt {people.euro(3 * rent)}."
        ),
        *house(),
        Paragraph("Seite 1 von 6", centred=True, points=8),
    )
    return Letter(
        "mietvertrag",
        draft.variant,
        sender,
        draft.recipient,
        draft.on,
        (("Vertrag", f"{people.digits(rng, 5)}/{draft.on.year}"), ("Datum", people.day(draft.on))),
        ("Mietvertrag über Wohnraum", "Wohnraummietvertrag")[draft.variant],
        body,
        Facts(
            {},
            {
                "rent": rent,
                "service": side,
                "heating": heat,
                "total": rent + side + heat,
                "deposit": 3 * rent,
            },
            {"letter": draft.on, "start": start},
        ),
        windowed=False,
        face=FACES[draft.variant],
    )


def parties(draft: Draft, sender: Sender) -> Iterator[Block]:
    """Who lets to whom."""
    tenant = draft.recipient
    yield Paragraph(f"zwischen {sender.name}, {sender.street}, {sender.town} (Vermieter)")
    yield Paragraph(f"und {tenant.title} {tenant.name}, {tenant.street}, {tenant.town} (Mieter)")
    yield Paragraph("wird folgender Mietvertrag geschlossen:")


def rooms(draft: Draft) -> Iterator[Block]:
    """What is let."""
    rng = draft.rng
    count, size, floor = rng.randint(1, 4), rng.randint(32, 94), rng.randint(1, 5)
    yield Paragraph("§ 1 Mieträume", bold=True)
    yield Paragraph(
        f"Vermietet wird im Haus {people.street(rng)}, {draft.recipient.town}, {floor}. Obergeschoss, eine "
        f"Wohnung mit {count} Zimmern, Küche, Diele, Bad und Kellerraum zur Benutzung als Wohnung. Die "
        f"Wohnfläche beträgt {size} Quadratmeter. Dem Mieter werden für die Mietzeit zwei Hausschlüssel "
        "und zwei Wohnungsschlüssel ausgehändigt."
    )


def beginning(start: date) -> Iterator[Block]:
    """From when, and how it ends."""
    yield Paragraph("§ 2 Mietzeit", bold=True)
    yield Paragraph(
        f"Das Mietverhältnis beginnt am {people.long_day(start)} und läuft auf unbestimmte Zeit. Es kann "
        "vom Mieter spätestens am dritten Werktag eines Kalendermonats zum Ablauf des übernächsten Monats "
        "schriftlich gekündigt werden."
    )


def house() -> Iterator[Block]:
    """Running costs and use of the rooms."""
    yield Paragraph("§ 4 Betriebskosten", bold=True)
    yield Paragraph(
        "Neben der Grundmiete trägt der Mieter die Betriebskosten nach § 2 der Betriebskostenverordnung. "
        "Über die Vorauszahlungen wird jährlich abgerechnet. Nach einer Abrechnung kann jede "
        "Vertragspartei die Vorauszahlung auf eine angemessene Höhe anpassen."
    )
    yield Paragraph("§ 5 Benutzung der Mieträume", bold=True)
    yield Paragraph(
        "Der Mieter darf die Räume nur zu Wohnzwecken benutzen. Für Schäden, die er nicht zu vertreten "
        "hat, haftet er nicht. Die Hausordnung ist Bestandteil dieses Vertrages."
    )


def rents(rent: Decimal, side: Decimal, heat: Decimal) -> Table:
    """The parts of the monthly payment."""
    rows = (
        ("Grundmiete (Kaltmiete)", people.euro(rent)),
        ("Vorauszahlung Betriebskosten", people.euro(side)),
        ("Vorauszahlung Heizung und Warmwasser", people.euro(heat)),
        ("Gesamtmiete monatlich", people.euro(rent + side + heat)),
    )
    return Table(("Bestandteil", "Betrag"), rows, (0.7, 0.3))
