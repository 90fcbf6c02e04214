"""The first page of a contract of employment."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from examples.paper import people
from examples.paper.letter import Block, Face, Facts, Letter, Paragraph, Sender, Signature
from examples.paper.letters.draft import Draft

FACES: Final[tuple[Face, ...]] = ("sans", "serif")

TASKS = (
    "Verkäuferin / Verkäufer",
    "Fachkraft für Lagerlogistik",
    "Hilfskraft in der Backstube",
    "Kommissionierer/in",
)


def contract(draft: Draft) -> Letter:
    """Parties, beginning, task, hours and pay."""
    rng = draft.rng
    sender = people.company(rng, people.FIRMS)
    start = date(draft.on.year + draft.on.month // 12, draft.on.month % 12 + 1, 1)
    hours, rate = rng.choice((15, 20, 30, 39)), Decimal(rng.randint(1390, 1890)) / 100
    monthly = (rate * hours * 13 / 3).quantize(Decimal("0.01"))
    body = (
        *parties(draft, sender),
        *beginning(start),
        *duty(rng.choice(TASKS), sender),
        *pay(hours, rate, monthly),
        Signature(f"{sender.town.split(' ', 1)[1]}, den {people.long_day(draft.on)}", people.person(rng).name),
    )
    return Letter(
        "arbeitsvertrag",
        draft.variant,
        sender,
        draft.recipient,
        draft.on,
        (("Personalnummer", people.digits(rng, 5)), ("Datum", people.day(draft.on))),
        ("Arbeitsvertrag", "Unbefristeter Arbeitsvertrag")[draft.variant],
        body,
        Facts({}, {"hourly": rate, "monthly": monthly}, {"letter": draft.on, "start": start}),
        windowed=False,
        face=FACES[draft.variant],
    )


def parties(draft: Draft, sender: Sender) -> Iterator[Block]:
    """Who employs whom."""
    worker = draft.recipient
    yield Paragraph(f"Zwischen {sender.name}, {sender.street}, {sender.town} - nachfolgend Arbeitgeber genannt -")
    yield Paragraph(f"und {worker.title} {worker.name}, {worker.street}, {worker.town} - nachfolgend Arbeitnehmer -")
    yield Paragraph("wird folgender Arbeitsvertrag geschlossen:")


def beginning(start: date) -> Iterator[Block]:
    """From when, with which trial period."""
    yield Paragraph("§ 1 Beginn und Probezeit", bold=True)
    yield Paragraph(
        f"Das Arbeitsverhältnis beginnt am {people.long_day(start)} und wird auf unbestimmte Zeit "
        "geschlossen. Die ersten sechs Monate gelten als Probezeit. Während der Probezeit kann das "
        "Arbeitsverhältnis mit einer Frist von zwei Wochen gekündigt werden."
    )


def duty(task: str, sender: Sender) -> Iterator[Block]:
    """What the work is, and where."""
    yield Paragraph("§ 2 Tätigkeit und Arbeitsort", bold=True)
    yield Paragraph(
        f"Der Arbeitnehmer wird als {task} eingestellt. Arbeitsort ist {sender.town}. Der Arbeitgeber kann "
        "andere zumutbare Aufgaben zuweisen, die den Fähigkeiten des Arbeitnehmers entsprechen."
    )


def pay(hours: int, rate: Decimal, monthly: Decimal) -> Iterator[Block]:
    """Hours, pay and holidays."""
    yield Paragraph("§ 3 Arbeitszeit und Vergütung", bold=True)
    yield Paragraph(
        f"Die regelmäßige Arbeitszeit beträgt {hours} Stunden in der Woche. Der Stundenlohn beträgt "
        f"{people.euro(rate)} brutto, das sind durchschnittlich {people.euro(monthly)} im Monat. Die "
        "Vergütung wird jeweils am Monatsende auf das angegebene Konto gezahlt."
    )
    yield Paragraph("§ 4 Urlaub", bold=True)
    yield Paragraph(
        "Der Arbeitnehmer erhält kalenderjährlich 26 Arbeitstage Urlaub. Die Lage des Urlaubs ist mit dem "
        "Arbeitgeber abzustimmen."
    )
