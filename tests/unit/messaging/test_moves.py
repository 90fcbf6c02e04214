"""Where a failed message goes, decided without a broker."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError

from shared.errors import DeadlineError, NotYetError, PermanentError, PublishError, TurnError, UnavailableError
from shared.messaging.reasons import Reason, reason_of
from shared.messaging.salvage import Move, move_of

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FAILED = Reason("handler.failed", "KeyError")
AWAY = Reason("server.unavailable", "TimeoutError", counts=False)
NEVER = Reason("page.missing", "PermanentError", permanent=True)


def step(headers: dict[str, Any], reason: Reason, *, steps: int = 4) -> int | None:
    """Return the rung, or nothing for the dead queue."""
    return move_of(headers, reason, NOW, steps=steps).step


def test_failures_climb_the_ladder_and_leave_it_at_the_top() -> None:
    """Each failure waits on the next rung; the one after the last goes to the dead queue."""
    assert [step({"x-attempt": n}, FAILED) for n in range(5)] == [0, 1, 2, 3, None]


def test_absent_servers_are_waited_for_on_the_lower_rungs() -> None:
    """The first wait is short, all others are on the second rung, however many there were."""
    assert [step({"x-waits": n}, AWAY) for n in (0, 1, 2, 50)] == [0, 1, 1, 1]


def test_absent_servers_are_waited_for_on_a_ladder_of_one_rung() -> None:
    """A ladder with a single delay is enough."""
    assert [step({"x-waits": n}, AWAY, steps=1) for n in (0, 1)] == [0, 0]


def test_absence_after_failures_keeps_their_count() -> None:
    """Tries that were used up stay used up while a server is away, and it uses up none."""
    assert move_of({"x-attempt": 2}, AWAY, NOW, steps=4).headers["x-attempt"] == 2


@pytest.mark.parametrize(("hours", "expected"), [(23, 1), (25, None)])
def test_absence_ends_in_the_dead_queue_after_a_day(hours: int, expected: int | None) -> None:
    """A person hears of a server that stays away."""
    seen = (NOW - timedelta(hours=hours)).isoformat()
    assert step({"x-waits": 5, "x-first-seen": seen}, AWAY) == expected


def test_permanent_failures_wait_for_nothing() -> None:
    """What cannot succeed goes to the dead queue at its first failure."""
    assert step({}, NEVER) is None


def test_moved_message_keeps_its_headers_and_not_the_brokers() -> None:
    """Our ids travel on; what the broker wrote about earlier rounds does not, or it would see a cycle and drop it."""
    headers = {"x-event-id": "e", "x-first-seen": NOW.isoformat(), "x-death": [], "x-delivery-count": 3}
    assert move_of(headers, FAILED, NOW, steps=4) == Move(
        {
            "x-event-id": "e",
            "x-first-seen": NOW.isoformat(),
            "x-attempt": 1,
            "x-reason": "handler.failed",
            "x-error": "KeyError",
        },
        0,
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermanentError("page.missing"), ("page.missing", True, True)),
        (DeadlineError(), ("handler.too_slow", False, True)),
        (KeyError("a name"), ("handler.failed", False, True)),
        (FileNotFoundError("a path"), ("handler.failed", False, True)),
        (DuplicateKeyError("a key"), ("handler.failed", False, True)),
        (UnavailableError("object store"), ("server.unavailable", False, False)),
        (PublishError("refused"), ("server.unavailable", False, False)),
        (ConnectionResetError(), ("server.unavailable", False, False)),
        (TimeoutError(), ("server.unavailable", False, False)),
        (socket.gaierror(), ("server.unavailable", False, False)),
        (AutoReconnect(), ("server.unavailable", False, False)),
        (ServerSelectionTimeoutError(), ("server.unavailable", False, False)),
        (NotYetError("a page"), ("event.early", False, False)),
        (TurnError(), ("turn.waits", False, False)),
        (OperationFailure("disk", 14031), ("server.unavailable", False, False)),
        (OperationFailure("panic", 1), ("server.unavailable", False, False)),
        (OperationFailure("shutdown", 11600), ("server.unavailable", False, False)),
        (OperationFailure("another primary", 10107), ("server.unavailable", False, False)),
        (OperationFailure("conflict", 112), ("server.unavailable", False, False)),
        (OperationFailure("a query", 9), ("handler.failed", False, True)),
        (OperationFailure("a stage", 40324), ("handler.failed", False, True)),
        (asyncio.CancelledError(), ("server.unavailable", False, False)),
    ],
)
def test_errors_are_told_apart(error: BaseException, expected: tuple[str, bool, bool]) -> None:
    """A server's absence is not the message's fault, a missing file is nobody's absence; a reason holds no data."""
    reason = reason_of(error)
    assert (reason.code, reason.permanent, reason.counts) == expected
    assert reason.error == type(error).__name__
