"""Why a message was not handled: a permanent failure, one worth another try, or a server that was away."""

import socket
from asyncio import CancelledError
from dataclasses import dataclass

from shared.errors import DeadlineError, NotYetError, PermanentError, UnavailableError
from shared.storage.documents import is_unavailable


@dataclass(frozen=True, slots=True)
class Reason:
    """A code for machines and the error's type, never its data.

    `permanent` failures are not tried again. Tries that do not `count` are repeated for as long as a server may be
    away, another event under way, or others have their turn; the others are a rung of the ladder each.
    """

    code: str
    error: str
    permanent: bool = False
    counts: bool = True


def reason_of(error: BaseException) -> Reason:
    """Tell what `error` says about the message and about the servers it needs.

    A bare `OSError` is no server's absence (a missing file is one too), so its tries count; a cancellation that nobody
    asked for is how a driver says that it lost its connection.
    """
    name = type(error).__name__
    match error:
        case PermanentError():
            return Reason(error.code, name, permanent=True)
        case DeadlineError():
            return Reason("handler.too_slow", name)
        case NotYetError():
            return Reason(error.code, name, counts=False)
        case UnavailableError() | ConnectionError() | TimeoutError() | socket.gaierror() | CancelledError():
            return Reason("server.unavailable", name, counts=False)
        case _ if is_unavailable(error):
            return Reason("server.unavailable", name, counts=False)
        case _:
            return Reason("handler.failed", name)
