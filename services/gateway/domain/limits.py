"""What the gateway takes: sizes and numbers stated up front."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file and JSON body in bytes, and the most pages of a document."""

    file_bytes: int
    pages: int
    json_bytes: int
