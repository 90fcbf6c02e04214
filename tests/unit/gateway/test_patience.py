"""The deadline of a request: whatever becomes of the work, a client is answered."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.patience import Deadline
from tests.waiting import until


async def asked(deadline: Deadline) -> list[int]:
    """Send a request without a body; return the statuses it was answered with."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await deadline(scope, receive, send)
    return [message["status"] for message in sent if message["type"] == "http.response.start"]


def refuse(_: Request, refused: RefusedError) -> Response:
    """Answer with a code."""
    return PlainTextResponse(refused.code, refused.status)


async def test_work_that_a_driver_cancels_is_answered() -> None:
    """A driver that lost its connection cancels whoever waits for it: the client hears 503, and not silence."""

    async def cancelled(_: Scope, __: Receive, ___: Send) -> None:
        raise asyncio.CancelledError

    assert await asked(Deadline(cancelled, refuse, 5)) == [503]


async def test_work_that_does_not_end_is_answered_at_the_deadline() -> None:
    """A command that cannot be cancelled before it is over is left behind, and its own answer is not sent any more."""
    over, ended = asyncio.Event(), asyncio.Event()

    async def deaf(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await over.wait()
        except asyncio.CancelledError:
            await over.wait()
        await PlainTextResponse("late")(scope, receive, send)
        ended.set()

    statuses = await asked(Deadline(deaf, refuse, 0.05))
    over.set()
    await until(ended.is_set)
    assert statuses == [503]


@pytest.mark.parametrize("fails", [False, True])
async def test_work_that_ends_at_the_deadline_is_answered(*, fails: bool) -> None:
    """A driver's patience that ends in the same moment as ours: its answer came too late, and ours is sent."""

    async def just_late(scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        moment = loop.create_future()
        loop.call_later(0.05, moment.set_result, None)
        await moment
        await PlainTextResponse("late")(scope, receive, send)
        if fails:
            raise TimeoutError

    for _ in range(20):
        assert await asked(Deadline(just_late, refuse, 0.05)) == [503]
