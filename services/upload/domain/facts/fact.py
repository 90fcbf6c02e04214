"""A fact as it was read: what it is, its value, and where on which page it stands."""

from dataclasses import dataclass
from typing import Literal

FactKind = Literal[
    "letter_date",
    "cut_off_date",  # the announced day of a power cut
    "earliest_cut_date",  # "not before" this day: a threat, no announcement
    "deadline",
    "period_start",
    "period_end",
    "date",
    "amount_due",
    "amount",
    "iban",
    "customer_number",
    "contract_number",
    "meter_number",
    "market_location",
    "invoice_number",
    "bg_number",
    "reference",
    "supplier",
    "sender",
]

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing read from a page, never more than a suggestion.

    `value` is normalised: ISO 8601 dates, amounts in euros with a point ("1234.50"), numbers without spaces.
    `text` is what was read; `page` counts from 1 in the PDF; `box` is left, top, right, bottom in PDF points
    (1/72 inch) from the upper left corner of that page; `confidence` is from 0 to 1.
    """

    kind: FactKind
    value: str
    text: str
    page: int
    box: Box
    confidence: float
