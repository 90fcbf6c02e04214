"""What the gateway takes: sizes and numbers stated up front."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file and JSON body in bytes, the most pages of a document, how long unfinished things wait, and how
    many may start without an account from one address in a day.
    """

    file_bytes: int
    pages: int
    json_bytes: int
    unfinished_uploads: int
    upload_days: int
    unsent_page_days: int
    newcomers: int = 40
