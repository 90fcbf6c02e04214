"""Logs are one JSON object a line and quote nobody, whoever writes them."""

import io
import json
import logging
import os
from collections.abc import Iterator

import pytest
import structlog

from shared.loops import Pulse, until_done
from shared.telemetry.logs import configure_logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Return where the log goes; how logs were set up before is put back."""
    root, structs = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    configure_logs(stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**structs)


def test_a_library_that_warns_of_an_error_quotes_nobody(written: io.StringIO) -> None:
    """An error that the web server met is told by its type and place: its text may be what a citizen wrote."""
    try:
        int("Erika Mustermann, 0151 2345678")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception while %s was served", "Erika")
    (line,) = map(json.loads, written.getvalue().splitlines())
    assert (line["level"], line["logger"], line["error"]) == ("error", "uvicorn.error", "ValueError")
    assert line["where"][-1].endswith("test_a_library_that_warns_of_an_error_quotes_nobody")
    assert "Erika" not in written.getvalue()


def test_a_library_that_only_warns_is_named_with_the_place(written: io.StringIO) -> None:
    """Without an error, too, it is clear which line to look at."""
    logging.getLogger("asyncio").log(logging.WARNING + 5, "a text with a name in it")
    (line,) = map(json.loads, written.getvalue().splitlines())
    assert (line["event"], line["logger"]) == ("library.warned", "asyncio")
    assert line["at"].endswith("test_a_library_that_only_warns_is_named_with_the_place")
    assert "name in it" not in written.getvalue()


async def test_a_full_disk_takes_lines_and_nothing_else(written: io.StringIO) -> None:
    """While the log cannot be written, loops go on: what tells of a failure must not be one."""
    del written
    rounds: list[int] = []

    async def step() -> None:
        rounds.append(1)
        if len(rounds) < 3:
            raise ValueError

    configure_logs(stream=os.fdopen(os.open("/dev/full", os.O_WRONLY), "w", buffering=1, closefd=False))
    await until_done(step, Pulse("step"), pause_s=0)
    logging.getLogger("a.library").warning("told to nobody")
    assert len(rounds) == 3
