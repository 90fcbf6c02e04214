"""The press: nobody's receipts keep another person's waiting, and none is printed for nobody."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.press import Press, shares_of
from tests.waiting import until

Awaited = asyncio.Task[bytes]


class Paper:
    """Stands for the printer: remembers what it began, and ends each when it is told to."""

    def __init__(self) -> None:
        """Print nothing yet."""
        self.begun: list[str] = []
        self._go_on = asyncio.Semaphore(0)

    def of(self, name: str) -> Callable[[], Awaitable[bytes]]:
        """Return what prints a receipt of a name."""

        async def make() -> bytes:
            self.begun.append(name)
            await self._go_on.acquire()
            return name.encode()

        return make

    def end(self, count: int = 1) -> None:
        """Let so many come to their end."""
        for _ in range(count):
            self._go_on.release()


def ask(press: Press, paper: Paper, name: str, who: str, address: str = "1", *, stranger: bool = False) -> Awaited:
    """Ask for a receipt."""
    shares = shares_of(who, address, stranger=stranger)
    return asyncio.ensure_future(press.made(name, shares, paper.of(name)))


async def refused(asked: Awaited) -> str:
    """Return why a receipt was refused."""
    with pytest.raises(RefusedError) as error:
        await asked
    assert error.value.retry_after_s
    return error.value.code


async def begun(paper: Paper, count: int) -> None:
    """Wait until so many were begun."""
    await until(lambda: _true(len(paper.begun) == count), what=lambda: f"{count} begun, not {paper.begun}")


async def waiting(press: Press, count: int) -> None:
    """Wait until so many are in line."""
    await until(lambda: _true(press.waiting == count), what=lambda: f"{count} in line, not {press.waiting}")


async def test_twenty_of_one_person_keep_nobody_waiting_for_more_than_one() -> None:
    """Whoever comes after them is served second; what is too much is refused at once, with a time to come again."""
    press, paper = Press(), Paper()
    many = [ask(press, paper, f"many {number}", "attacker") for number in range(20)]
    await begun(paper, 1)
    one = ask(press, paper, "one", "citizen", "2")
    codes = [await refused(asked) for asked in many[5:]]
    assert set(codes) == {"receipts.too_many"}
    await waiting(press, 5)
    paper.end()
    await begun(paper, 2)
    assert paper.begun == ["many 0", "one"]
    paper.end(5)
    assert await one == b"one"
    assert [await asked for asked in many[:5]] == [f"many {number}".encode() for number in range(5)]


async def test_strangers_of_any_number_and_address_share_one_turn() -> None:
    """Twelve newcomers of as many addresses are in line; a citizen is served after one of them, and all are bounded."""
    press, paper = Press(), Paper()
    many = [ask(press, paper, f"new {n}", f"newcomer {n}", f"1{n}", stranger=True) for n in range(20)]
    await begun(paper, 1)
    one = ask(press, paper, "one", "citizen", "2")
    assert {await refused(asked) for asked in many[13:]} == {"receipts.too_many"}
    await waiting(press, 13)
    paper.end(2)
    assert await one == b"one"
    assert paper.begun.index("one") <= 2
    paper.end(12)
    assert len(await asyncio.gather(*many[:13])) == 13


async def test_a_full_line_says_so_to_everybody() -> None:
    """With all places taken it is busy, whoever asks."""
    press, paper = Press(waiting=1), Paper()
    first, second = ask(press, paper, "1", "a", "1"), ask(press, paper, "2", "b", "2")
    await begun(paper, 1)
    await waiting(press, 1)
    assert await refused(ask(press, paper, "3", "c", "3")) == "receipts.busy"
    paper.end(2)
    assert (await first, await second) == (b"1", b"2")


async def test_what_nobody_waits_for_is_not_printed() -> None:
    """Who leaves the line is passed over; what is being printed is printed to its end, once for all who ask for it."""
    press, paper = Press(), Paper()
    first, left = ask(press, paper, "first", "a"), ask(press, paper, "left", "b")
    await begun(paper, 1)
    await waiting(press, 1)
    left.cancel()
    await waiting(press, 0)
    first.cancel()
    again, also = ask(press, paper, "first", "a"), ask(press, paper, "first", "c")
    paper.end()
    assert (await again, await also) == (b"first", b"first")
    last = ask(press, paper, "left", "b")
    paper.end()
    assert await last == b"left"
    assert paper.begun == ["first", "left"]


async def _true(value: object) -> object:
    return value
