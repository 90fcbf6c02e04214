"""One JSON line per log event, with the ids bound to the current message or request."""

import logging
import sys
import traceback
from typing import TextIO

import stamina
import structlog


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


def configure_logs(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send our lines and the libraries' warnings to `stream`, or standard error, as JSON."""
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
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Libraries(logging.WARNING)])


def where(error: BaseException, depth: int = 3) -> list[str]:
    """Return the innermost places an error passed, as `file:line function`; its text may quote a person's data."""
    frames = traceback.extract_tb(error.__traceback__)[-depth:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
