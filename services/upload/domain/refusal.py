"""A file that cannot be worked on, with the code that says why."""

from typing import Literal

RefusalCode = Literal[
    "empty",  # no bytes at all
    "too_large",  # more bytes than allowed
    "not_an_image",  # none of the formats we take
    "damaged",  # begins like a picture and cannot be read
    "truncated",  # ends too early
    "too_many_pixels",
    "too_few_pixels",
    "animated",
    "pdf_encrypted",
    "pdf_damaged",
    "pdf_empty",
    "pdf_xfa",  # a form that only its maker's program can show
    "pdf_portfolio",  # a cover with files in it
    "too_many_pages",
    "no_such_page",
    "too_complex",  # would take far longer than any page of its size
    "out_of_memory",
    "timed_out",
    "worker_died",
    "failed",  # in a way nobody thought of
]

# What may as well be the machine's fault, or that of what the process did before.
PERHAPS_OURS: frozenset[RefusalCode] = frozenset({"out_of_memory", "timed_out", "worker_died", "failed"})


class RefusedFileError(Exception):
    """A file is refused: the code for people, and for engineers where in the program it happened."""

    def __init__(self, code: RefusalCode, detail: str = "") -> None:
        """Keep the code and the place."""
        super().__init__(code)
        self.code: RefusalCode = code
        self.detail = detail
