"""What the gateway takes: sizes and numbers stated up front."""

from dataclasses import dataclass

LINK_DAYS = 90
"""The longest that a link to a packet may work; so long it is remembered that one was used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, the most of each thing, how long unfinished ones wait; newcomers: of one address, in a day."""

    file_bytes: int
    pages: int
    json_bytes: int
    unfinished_uploads: int
    upload_days: int
    unsent_page_days: int
    newcomers: int
