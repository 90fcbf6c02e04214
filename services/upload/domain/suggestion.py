"""What a document may be, as it is suggested to a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A document type with the confidence (0 to 1) that it is the right one."""

    type: str
    confidence: float
