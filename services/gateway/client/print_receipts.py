"""The child process that prints: sheets and PDFs pass as lines of JSON; memory and time are limited."""

import os
import resource
import sys

from services.gateway.client.receipt_pdf import receipt_pdf
from services.gateway.schemas.sheet import Done, Sheet

MEMORY_BYTES = 1024**3
CPU_SECONDS = 50


def main() -> None:
    """Serve sheets from standard input until it ends, which it does with the parent."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print goes nowhere
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin.buffer:
        _allow(CPU_SECONDS)
        pdf = receipt_pdf(Sheet.model_validate_json(line))
        answers.write(Done.model_construct(pdf=pdf).model_dump_json().encode() + b"\n")


def _allow(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
