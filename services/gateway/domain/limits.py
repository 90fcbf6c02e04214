"""What the gateway takes: sizes and numbers stated up front."""

from dataclasses import dataclass

LINK_DAYS = 90
"""The longest that a link to a packet may work; so long it is remembered that one was used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, the most of each thing, how long unfinished ones wait.

    Newcomers are those of one address in a day; wrong codes those of an hour, at one address and everywhere.
    """

    file_bytes: int
    pages: int
    json_bytes: int
    unfinished_uploads: int
    upload_days: int
    unsent_page_days: int
    unsent_bytes: int
    unsent_bytes_newcomer: int
    newcomer_bytes_a_day: int
    newcomers: int
    wrong_codes: int
    wrong_codes_together: int


@dataclass(frozen=True, slots=True)
class Most:
    """How many at once: of each principal, of each client address, and of all together."""

    each: int
    address: int
    together: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client is waited for.

    Attributes:
        silence_s: at most, while nothing comes, in seconds.
        body_s: at most, for a whole body, in seconds.
        least_rate: what must come on average after the first `grace_s` seconds, in bytes a second.
        grace_s: how long a body may be slower than that at its beginning, in seconds.
    """

    silence_s: float
    body_s: float
    least_rate: int = 8 * 1024
    grace_s: float = 10
