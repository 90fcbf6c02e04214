"""Whose turn it is when pages and documents wait for the same processes."""

import asyncio

from services.upload.client.line import OVERTAKING, Line, Waiting
from services.upload.schemas import Check, Read

CHECK = Check(file="page", annotated="seen")
READ = Read(file="page", out="read")


async def test_a_document_gets_its_turn_however_many_pages_keep_arriving() -> None:
    """A new page for every one that is taken: the readings are done all the same, one in nine jobs."""
    line = Line()
    for _ in range(3):
        line.put(Waiting(READ, urgent=False))
    turns = []
    for _ in range(3 * (OVERTAKING + 1)):
        line.put(Waiting(CHECK, urgent=True))
        turns.append((await line.take()).job)
    assert turns == [*[CHECK] * OVERTAKING, READ] * 3


async def test_a_page_goes_before_documents_that_wait_longer() -> None:
    """Where pages are few, each of them is next."""
    line = Line()
    for _ in range(20):
        line.put(Waiting(READ, urgent=False))
    assert (await line.take()).job == READ
    line.put(Waiting(CHECK, urgent=True))
    assert (await line.take()).job == CHECK
    assert (await line.take()).job == READ


async def test_what_is_put_back_is_next() -> None:
    """A job whose turn had come does not start again at the end."""
    line = Line()
    first, second = Waiting(READ, urgent=False), Waiting(READ, urgent=False)
    line.put(first)
    line.put(second)
    assert await line.take() is first
    line.put_back(first)
    assert await line.take() is first


async def test_nobody_is_given_what_was_cleared() -> None:
    """After clearing, whoever takes gets the next that arrives."""
    line = Line()
    gone, arriving = Waiting(CHECK, urgent=True), Waiting(READ, urgent=False)
    line.put(gone)
    assert line.clear() == [gone]
    taking = asyncio.create_task(line.take())
    line.put(arriving)
    assert await taking is arriving
