"""The printer: the event loop goes on while it prints, and a child that is lost is replaced."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.gateway.client.printer import Printer
from shared.errors import UnavailableError
from tests.unit.gateway.receipts import document, sheet
from tests.waiting import until

SHEET = sheet(document(1))


@pytest_asyncio.fixture
async def printer() -> AsyncIterator[Printer]:
    """A printer."""
    made = Printer()
    yield made
    await made.close()


def child_of(printer: Printer) -> int:
    """Return the process id of its child."""
    assert printer.pid
    return printer.pid


async def test_it_prints_with_one_child_again_and_again(printer: Printer) -> None:
    """Two sheets at once are printed one after the other by one process."""
    first, second = await asyncio.gather(printer.print(SHEET), printer.print(SHEET))
    assert first.startswith(b"%PDF-")
    assert second.startswith(b"%PDF-")
    pid = child_of(printer)
    await printer.print(SHEET)
    assert child_of(printer) == pid


async def test_whoever_leaves_does_not_stop_it(printer: Printer) -> None:
    """A request that is given up leaves a printer that is warm for the next try."""
    asked = asyncio.ensure_future(printer.print(SHEET))
    await until(lambda: _true(printer.pid), what=lambda: "a child")
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    pid = child_of(printer)
    await printer.print(SHEET)
    assert child_of(printer) == pid


async def test_a_killed_child_is_replaced(printer: Printer) -> None:
    """The sheet at hand fails with something worth another try, and the next one is printed."""
    asked = asyncio.ensure_future(printer.print(SHEET))
    await until(lambda: _true(printer.pid), what=lambda: "a child")
    os.kill(child_of(printer), signal.SIGKILL)
    with pytest.raises(UnavailableError):
        await asked
    assert (await printer.print(SHEET)).startswith(b"%PDF-")


async def test_a_child_that_hangs_is_ended() -> None:
    """After the time limit the child is killed and the request fails with something worth another try."""
    printer = Printer(time_limit_s=0.05)
    with pytest.raises(UnavailableError, match="TimeoutError"):
        await printer.print(SHEET)
    assert printer.pid is None


async def test_a_child_that_nobody_needs_ends() -> None:
    """Its memory is given back after a while."""
    printer = Printer(idle_s=0.05)
    await printer.print(SHEET)
    await until(lambda: _true(printer.pid is None), what=lambda: "no child")


async def test_it_knows_no_secret(printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the gateway, keys and passwords among them, do not reach the child."""
    monkeypatch.setenv("AMTSBOTE_LINK_SECRET", "only-for-tests")
    await printer.print(SHEET)
    with open(f"/proc/{child_of(printer)}/environ", "rb") as file:  # noqa: ASYNC230, PTH123 - a few bytes of /proc
        assert b"AMTSBOTE" not in file.read()


async def _true(value: object) -> object:
    return value
