"""Whose turn it is when pages and documents wait for the same processes."""

import asyncio

from services.upload.client.line import OVERTAKING, Line, Priority, Waiting
from services.upload.schemas import Check, Read

CHECK = Check(file="page", annotated="seen")
PROBE = Check(file="page", annotated="read")
READ = Read(file="page", out="read")


async def test_a_document_gets_its_turn_however_many_pages_keep_arriving() -> None:
    """A new page for every one that is taken: the readings are done all the same, one in nine jobs."""
    line = Line()
    for _ in range(3):
        line.put(Waiting(READ, Priority.DOCUMENT))
    turns = []
    for _ in range(3 * (OVERTAKING + 1)):
        line.put(Waiting(CHECK, Priority.VERDICT))
        turns.append((await line.take()).job)
    assert turns == [*[CHECK] * OVERTAKING, READ] * 3


async def test_a_page_goes_before_documents_that_wait_longer() -> None:
    """Where pages are few, each of them is next."""
    line = Line()
    for _ in range(20):
        line.put(Waiting(READ, Priority.DOCUMENT))
    assert (await line.take()).job == READ
    line.put(Waiting(CHECK, Priority.VERDICT))
    assert (await line.take()).job == CHECK
    assert (await line.take()).job == READ


async def test_what_is_put_back_is_next() -> None:
    """A job whose turn had come does not start again at the end."""
    line = Line()
    first, second = Waiting(READ, Priority.DOCUMENT), Waiting(READ, Priority.DOCUMENT)
    line.put(first)
    line.put(second)
    assert await line.take() is first
    line.put_back(first)
    assert await line.take() is first


async def test_nobody_is_given_what_was_cleared() -> None:
    """After clearing, whoever takes gets the next that arrives."""
    line = Line()
    gone, arriving = Waiting(CHECK, Priority.VERDICT), Waiting(READ, Priority.DOCUMENT)
    line.put(gone)
    assert line.clear() == [gone]
    taking = asyncio.create_task(line.take())
    line.put(arriving)
    assert await taking is arriving


async def test_a_lane_in_the_middle_is_overtaken_and_overtakes() -> None:
    """Verdicts go before probes and probes before documents, and neither keeps the others waiting for ever."""
    line = Line()
    turns = []
    for _ in range(2 * (OVERTAKING + 1) ** 2):
        for job, priority in ((CHECK, Priority.VERDICT), (PROBE, Priority.PROBE), (READ, Priority.DOCUMENT)):
            line.put(Waiting(job, priority))
        turns.append((await line.take()).job)
    assert turns[0] == CHECK
    assert turns.count(CHECK) > turns.count(PROBE) >= turns.count(READ) > OVERTAKING


async def test_whoever_takes_only_urgent_jobs_leaves_the_others_alone() -> None:
    """It waits rather than begin a long one, and what it takes costs the others no turn."""
    line = Line()
    reading = Waiting(READ, Priority.DOCUMENT)
    line.put(reading)
    taking = asyncio.create_task(line.take(Priority.VERDICT))
    for _ in range(2 * OVERTAKING):
        line.put(Waiting(CHECK, Priority.VERDICT))
        await taking
        taking = asyncio.create_task(line.take(Priority.VERDICT))
    await asyncio.sleep(0)  # let it look
    assert not taking.done()
    line.put(Waiting(CHECK, Priority.VERDICT))
    assert (await taking).job == CHECK
    assert await line.take() is reading


async def test_who_has_one_page_does_not_wait_for_somebody_who_has_thirty() -> None:
    """Within a lane the owners take turns, each with its own pages in order."""
    line = Line()
    many = [Waiting(READ, Priority.DOCUMENT, "many") for _ in range(30)]
    one = Waiting(READ, Priority.DOCUMENT, "one")
    for waiting in (*many, one):
        line.put(waiting)
    assert [await line.take() for _ in range(4)] == [many[0], one, many[1], many[2]]


async def test_an_urgent_document_goes_before_others() -> None:
    """The pages of a letter that announces a power cut are read before those of documents that wait longer."""
    line = Line()
    line.put(Waiting(READ, Priority.DOCUMENT))
    urgent = Waiting(READ, Priority.URGENT)
    line.put(urgent)
    assert await line.take() is urgent
