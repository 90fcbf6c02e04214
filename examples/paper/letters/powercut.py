"""Two letters before a power cut: the threat (four weeks before) and the announcement (eight working days).

Periods, the least arrears and the right to an agreement follow §§ 41f and 41g EnWG.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from examples.paper import people
from examples.paper.letter import Block, Box, Face, Facts, Letter, Paragraph, Sender, Signature, Table
from examples.paper.letters.draft import Draft

FACES: Final[tuple[Face, ...]] = ("sans", "sans", "serif")

NOTICE_WORKING_DAYS = 8
THREAT_DAYS = 28


@dataclass(frozen=True, slots=True)
class Debt:
    """A customer in arrears, and what a cut would cost on top."""

    sender: Sender
    customer: str
    meter: str
    location: str
    arrears: Decimal
    dunning: Decimal
    cutting: Decimal
    clerk: str

    @property
    def due(self) -> Decimal:
        """What has to be paid so that the power stays on."""
        return self.arrears + self.dunning

    def facts(self, **dates: date) -> Facts:
        """What is printed, as values."""
        return Facts(
            {"customer": self.customer, "meter": self.meter, "market_location": self.location},
            {"arrears": self.arrears, "dunning": self.dunning, "due": self.due, "cutting": self.cutting},
            dates,
        )


def owed(draft: Draft) -> Debt:
    """Invent a debt with one supplier."""
    rng = draft.rng
    return Debt(
        people.company(rng, people.SUPPLIERS[draft.variant :][:1]),
        people.digits(rng, 9),
        people.meter(rng),
        people.market_location(rng),
        people.cents(rng, 180, 1400),
        Decimal(rng.choice(("2.50", "5.00", "7.80"))),
        Decimal(rng.choice(("58.00", "71.40", "94.01"))),
        people.person(rng).name,
    )


def reference(draft: Draft, debt: Debt) -> tuple[tuple[str, str], ...]:
    """The block of numbers at the top right."""
    return (
        ("Kundennummer", debt.customer),
        ("Zählernummer", debt.meter),
        ("Marktlokation", debt.location),
        ("Ansprechpartner", debt.clerk),
        ("Telefon", debt.sender.phone),
        ("Datum", people.day(draft.on)),
    )


def sums(debt: Debt) -> Table:
    """What is owed, item by item."""
    rows = (
        ("Rückständige Abschläge und Rechnungen", people.euro(debt.arrears)),
        ("Mahnkosten", people.euro(debt.dunning)),
        ("Offener Gesamtbetrag", people.euro(debt.due)),
    )
    return Table(("Forderung", "Betrag"), rows, (0.7, 0.3))


def cut_day(draft: Draft) -> date:
    """The announced day: as asked for, or a few days after the first one that the law allows.

    Raises:
        ValueError: the asked-for day is less than eight working days after the letter.
    """
    first = people.working_day(draft.on, NOTICE_WORKING_DAYS)
    if draft.cut_on is not None and draft.cut_on < first:
        raise ValueError(f"a cut must be announced eight working days before: {first} at the earliest")
    return draft.cut_on or people.working_day(first, draft.rng.randint(1, 4))


def announcement(draft: Draft) -> Letter:
    """The letter that names the day of the cut."""
    debt, cut = owed(draft), cut_day(draft)
    subject = (
        "Ankündigung der Unterbrechung Ihrer Stromversorgung",
        "Sperrankündigung: Unterbrechung der Stromversorgung",
        "Ankündigung der Stromsperre gemäß § 41f EnWG",
    )[draft.variant]
    body = (*opening(draft, debt, cut), *remedies(draft, debt, cut))
    facts = debt.facts(cut=cut, letter=draft.on)
    recipient = draft.recipient
    return Letter(
        "sperrankuendigung",
        draft.variant,
        debt.sender,
        recipient,
        draft.on,
        reference(draft, debt),
        subject,
        body,
        facts,
        face=FACES[draft.variant],
    )


def opening(draft: Draft, debt: Debt, cut: date) -> tuple[Block, ...]:
    """What happens, when, and what is owed."""
    person, place = draft.recipient, draft.recipient.street
    reason = (
        (
            "trotz unserer Mahnung und der Sperrandrohung, die Sie vor mehr als vier Wochen erhalten haben, "
            "ist der unten genannte Betrag noch nicht bei uns eingegangen. Wir sind deshalb berechtigt, die "
            "Stromversorgung Ihrer Wohnung unterbrechen zu lassen."
        ),
        (
            "auf unsere Sperrandrohung haben wir von Ihnen leider keine Zahlung und keine Nachricht "
            "erhalten. Wir haben den Netzbetreiber daher beauftragt, die Belieferung Ihrer Verbrauchsstelle "
            "mit Strom zu unterbrechen."
        ),
        (
            "Ihr Kundenkonto weist weiterhin einen Zahlungsrückstand auf. Die in der Sperrandrohung gesetzte "
            "Frist ist verstrichen. Gemäß § 41f EnWG kündigen wir Ihnen hiermit den Beginn der Unterbrechung "
            "der Versorgung an."
        ),
    )[draft.variant]
    box = Box(
        (
            f"Die Stromversorgung wird unterbrochen am: {people.day(cut)}",
            f"Verbrauchsstelle: {place}, Zähler {debt.meter}",
        )
    )
    return (Paragraph(person.greeting), Paragraph(reason), box, sums(debt))


def remedies(draft: Draft, debt: Debt, cut: date) -> tuple[Block, ...]:
    """How the cut can still be averted, and what it would cost."""
    pay = (
        f"Sie können die Sperre noch abwenden: Zahlen Sie {people.euro(debt.due)} bis zum "
        f"{people.long_day(cut - timedelta(days=1))} unter Angabe Ihrer Kundennummer auf das unten "
        "genannte Konto, oder schließen Sie mit uns eine Abwendungsvereinbarung mit zinsfreier "
        "Ratenzahlung ab (§ 41g EnWG)."
    )
    help_ = (
        "Wenn Sie Bürgergeld, Sozialhilfe oder Wohngeld beziehen, wenden Sie sich bitte sofort an Ihr "
        "Jobcenter oder Sozialamt und legen Sie dieses Schreiben vor. Energieschulden können dort als "
        "Darlehen übernommen werden."
    )
    cost = (
        "Für die Unterbrechung und die Wiederherstellung berechnen wir jeweils "
        f"{people.euro(debt.cutting)}. Teilen Sie uns bitte umgehend mit, wenn die Unterbrechung Gefahr "
        "für Leib oder Leben bedeuten würde, zum Beispiel durch ein medizinisches Gerät im Haushalt."
    )
    order = ((pay, help_, cost), (pay, cost, help_), (cost, pay, help_))[draft.variant]
    return (*map(Paragraph, order), Signature("Mit freundlichen Grüßen", debt.clerk))


def threat(draft: Draft) -> Letter:
    """The letter that says a cut may follow in four weeks, and offers a way out."""
    debt = owed(draft)
    last, not_before = draft.on + timedelta(days=14), draft.on + timedelta(days=THREAT_DAYS)
    subject = (
        "Sperrandrohung: Zahlungsverzug bei Ihrer Stromlieferung",
        "Androhung der Unterbrechung der Stromversorgung",
        "Mahnung mit Androhung der Versorgungsunterbrechung",
    )[draft.variant]
    body = (
        Paragraph(draft.recipient.greeting),
        Paragraph(
            "mit Ihren Zahlungen für die Stromlieferung sind Sie im Rückstand. Unsere "
            "Zahlungserinnerungen blieben ohne Erfolg. Bitte begleichen Sie den offenen Betrag bis zum "
            f"{people.day(last)}."
        ),
        sums(debt),
        Box((f"Ohne Zahlung droht die Unterbrechung frühestens ab dem {people.day(not_before)}.",)),
        *advice(debt),
    )
    return Letter(
        "sperrandrohung",
        draft.variant,
        debt.sender,
        draft.recipient,
        draft.on,
        reference(draft, debt),
        subject,
        body,
        debt.facts(pay_by=last, not_before=not_before, letter=draft.on),
    )


def advice(debt: Debt) -> tuple[Block, ...]:
    """The ways to avoid a cut that a threat must name (§ 41f EnWG)."""
    return (
        Paragraph("So können Sie eine Unterbrechung vermeiden:", bold=True),
        Paragraph(
            "Sie können von uns eine Abwendungsvereinbarung verlangen. Sie umfasst eine zinsfreie "
            "Ratenzahlung des Rückstands und die weitere Belieferung auf Vorauszahlung. Wir legen Ihnen "
            "das Angebot innerhalb einer Woche vor. Eine örtliche Schuldnerberatung, das Sozialamt oder "
            "das Jobcenter kann Sie beraten und unter Umständen Kosten als Darlehen übernehmen."
        ),
        Paragraph(
            "Ist die Unterbrechung für Sie oder Angehörige unverhältnismäßig, weil Gefahr für Leib oder "
            "Leben besteht, teilen Sie uns das bitte in Textform mit. Eine Unterbrechung würde "
            f"{people.euro(debt.cutting)} kosten, ebenso die Wiederherstellung."
        ),
        Signature("Mit freundlichen Grüßen", debt.clerk),
    )
