"""One JSON line per log event, with the ids bound to the current message or request."""

import logging
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from threading import Thread
from typing import TextIO, cast

import stamina
import structlog

from shared.telemetry.metrics import LINES_LOST


class Unfailing:
    """A stream whose line may be lost, as on a full disk, but never with an error: that would end what is logged."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, and count what could not be written."""
        with suppress(OSError):
            return self._stream.write(text)
        LINES_LOST.inc()
        return 0

    def flush(self) -> None:
        """Have it written, if that is possible now."""
        with suppress(OSError):
            self._stream.flush()


class Libraries(logging.Handler):
    """Tells that a library warned, and where; what it says, and an error's text, may quote a person's data."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        at = f"{record.pathname}:{record.lineno} {record.funcName}"
        error = record.exc_info[1] if record.exc_info else None
        told = {"error": type(error).__name__, "where": where(error)} if error else {}
        log = structlog.get_logger()
        tell = log.error if record.levelno >= logging.ERROR else log.warning  # libraries have levels of their own
        tell("library.warned", logger=record.name, at=at, **told)


def configure_logs(level: int = logging.INFO, stream: TextIO | None = None, *, for_good: bool = False) -> None:
    """Send our lines and the libraries' warnings to `stream`, or standard error, as JSON.

    `for_good`: each logger is made once, which is faster, and can never be set up anew in this process.
    """
    stream = stream or sys.stderr
    stamina.instrumentation.set_on_retry_hooks(())  # its lines quote the error's text
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Unfailing(stream))),
        cache_logger_on_first_use=for_good,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Libraries(logging.WARNING)])


def where(error: BaseException, depth: int = 3) -> list[str]:
    """Return the innermost places an error passed, as `file:line function`; its text may quote a person's data."""
    return _places(traceback.extract_tb(error.__traceback__)[-depth:])


def where_stands(thread: Thread, depth: int = 8) -> list[str]:
    """Return the innermost places at which a thread is now, in the same form."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - there is no other way to ask
    return _places(traceback.extract_stack(frame)[-depth:])


def _places(frames: Iterable[traceback.FrameSummary]) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
