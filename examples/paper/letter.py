"""What a German letter says: who writes to whom, its text in reading order, and the facts in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal[
    "sperrankuendigung",
    "sperrandrohung",
    "stromrechnung",
    "heizkostenabrechnung",
    "mietvertrag",
    "lohnabrechnung",
    "arbeitsvertrag",
    "kontoauszug",
]
Logo = Literal["bolt", "drop", "sun", "house", "ring", "none"]
Face = Literal["sans", "serif", "dejavu"]


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person with an address in an invented town."""

    title: Literal["Frau", "Herr"]
    first_name: str
    last_name: str
    street: str
    town: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def greeting(self) -> str:
        """The salutation that opens a letter."""
        dear = "Sehr geehrte" if self.title == "Frau" else "Sehr geehrter"
        return f"{dear} {self.title} {self.last_name},"


@dataclass(frozen=True, slots=True)
class Sender:
    """An invented company or landlord: its paper, its numbers and its bank."""

    name: str
    claim: str
    street: str
    town: str
    phone: str
    mail: str
    iban: str
    bic: str
    bank: str
    register: str
    colour: tuple[int, int, int] = (30, 60, 120)
    logo: Logo = "ring"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; wrapped by the layout."""

    text: str
    bold: bool = False
    centred: bool = False
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the first ``left`` columns are left-aligned, the others right-aligned.

    ``shares`` are the columns' shares of the width; ``total`` sets the last row in bold under a rule.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    total: bool = True
    left: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """Lines in a frame, in bold: what nobody may overlook."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A closing, a stroke of the pen, and the printed name below it."""

    closing: str
    name: str


Block = Paragraph | Table | Box | Signature


@dataclass(frozen=True, slots=True)
class Facts:
    """The true values printed in a letter, by English name; what a reader should find."""

    numbers: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """One page of post. Everything printed on it is in here, so ``text`` is the truth for OCR."""

    kind: Kind
    variant: int
    sender: Sender
    recipient: Person
    on: date
    reference: tuple[tuple[str, str], ...]
    subject: str
    body: tuple[Block, ...]
    facts: Facts
    windowed: bool = True
    face: Face = "sans"

    @property
    def cut_on(self) -> date | None:
        """The day on which the power is announced to be cut."""
        return self.facts.dates.get("cut")

    @property
    def address(self) -> tuple[str, ...]:
        """The recipient's lines in the address field; empty on paper that is handed over."""
        if not self.windowed:
            return ()
        person = self.recipient
        return (person.title, person.name, person.street, person.town)

    @property
    def return_line(self) -> str:
        """The small line above the address that brings a lost letter back."""
        return f"{self.sender.name} · {self.sender.street} · {self.sender.town}"

    @property
    def footer(self) -> tuple[tuple[str, ...], ...]:
        """The columns at the foot of the page: where we are, how to reach us, our bank."""
        sender = self.sender
        return (
            (sender.name, sender.street, sender.town),
            (f"Telefon {sender.phone}", sender.mail, sender.register),
            (sender.bank, f"IBAN {sender.iban}", f"BIC {sender.bic}"),
        )

    @property
    def text(self) -> str:
        """Every printed word, one line or paragraph per line, in reading order."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.sender.name
        yield self.sender.claim
        if self.windowed:
            yield self.return_line
        yield from self.address
        for label, value in self.reference:
            yield f"{label} {value}"
        yield self.subject
        for block in self.body:
            yield from spoken(block)
        for column in self.footer:
            yield from column


def spoken(block: Block) -> Iterator[str]:
    """The printed words of one block, row by row."""
    match block:
        case Paragraph(text=text):
            yield text
        case Table(header=header, rows=rows):
            yield from (" ".join(row) for row in (header, *rows))
        case Box(lines=lines):
            yield from lines
        case Signature(closing=closing, name=name):
            yield closing
            yield name
