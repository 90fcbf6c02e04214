"""Dead messages: seen without their content, put back to work once an event, dropped only on purpose."""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.local.stack import LocalStack
from services.command import command
from shared.errors import PermanentError, PublishError
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.dead import RedriveRunningError, dead_queues
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS, RETURN, UNROUTED
from shared.service import Service
from tests.integration.messaging.conftest import Composer, settle, up
from tests.integration.messaging.facts import Happened, happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

QUEUE = "tested.work"
DEAD = "tested.work.dead"
ROOT = Path(__file__).parents[3]


class Mended:
    """A handler with a fault that can be mended."""

    def __init__(self, service: Service) -> None:
        """Handle in `service`."""
        self.service = service
        self.broken = True
        self.done: list[str] = []
        service.on("work", self.handle, Happened)

    async def handle(self, event: Event[Happened]) -> None:
        """Fail while broken, then have one effect an event."""
        if self.broken:
            raise PermanentError("test.broken")
        async with self.service.ledger.once(QUEUE, event):
            self.done.append(event.id)


async def bury(outside: Outside, *events: Event[Happened]) -> None:
    """Have a service bury events."""
    await outside.put_event(QUEUE, *events)
    await until(lambda: _count_is(outside, DEAD, len(events)))


async def moved(moves: object) -> Counter[str]:
    """Carry moves out and count them."""
    return Counter([move.what async for move in moves])  # type: ignore[attr-defined]


async def test_redriven_message_is_handled_as_if_new(service: Service, outside: Outside, virtual_host: str) -> None:
    """After the fault is mended, a redrive empties the dead queue and the handler succeeds with fresh tries."""
    mended = Mended(service)
    await up(service)
    event = happened()
    await bury(outside, event)
    mended.broken = False
    async with dead_queues(virtual_host) as queues:
        assert await moved(queues.redrive(DEAD)) == {"redriven": 1}
    await until(lambda: mended.done == [event.id])
    assert await outside.count(DEAD) == 0


async def test_redriven_message_that_fails_again_tells_how_often(
    service: Service, outside: Outside, virtual_host: str
) -> None:
    """A message redriven twice without success is in the dead queue again, with its own tries and two redrives."""
    Mended(service)
    await up(service)
    await bury(outside, happened())
    async with dead_queues(virtual_host) as queues:
        for _ in range(2):
            await moved(queues.redrive(DEAD))
            await until(lambda: _count_is(outside, DEAD, 1))
        (letter,) = await queues.look(DEAD, 10)
    assert (letter.redriven, letter.attempts, letter.reason) == (2, 1, "test.broken")


async def test_redriving_twice_has_one_effect(service: Service, outside: Outside, virtual_host: str) -> None:
    """Copies of one event in a dead queue are redriven once, and a copy redriven later has no second effect."""
    mended = Mended(service)
    await up(service)
    event = happened()
    await bury(outside, event, event, event)
    mended.broken = False
    async with dead_queues(virtual_host) as queues:
        assert await moved(queues.redrive(DEAD)) == {"redriven": 1, "copy": 2}
        await until(lambda: mended.done)
        await outside.put(DEAD, event.to_json(), {"x-event-id": event.id})
        assert await moved(queues.redrive(DEAD)) == {"redriven": 1}
    await settle(service, outside)
    assert mended.done == [event.id]


async def test_one_event_is_redriven_and_the_others_stay(service: Service, outside: Outside, virtual_host: str) -> None:
    """A redrive of one event leaves all others where they were."""
    mended = Mended(service)
    await up(service)
    events = [happened() for _ in range(3)]
    await bury(outside, *events)
    mended.broken = False
    async with dead_queues(virtual_host) as queues:
        assert await moved(queues.redrive(DEAD, event_id=events[1].id)) == {"redriven": 1}
    await until(lambda: mended.done == [events[1].id])
    await until(lambda: _count_is(outside, DEAD, 2))


async def test_looking_and_dry_runs_change_nothing(service: Service, outside: Outside, virtual_host: str) -> None:
    """A look tells ids and reasons but not what a message says; a dry run tells what would be done."""
    Mended(service)
    await up(service)
    event = happened()
    await bury(outside, event)
    async with dead_queues(virtual_host) as queues:
        (letter,) = await queues.look(DEAD, 10)
        assert (letter.event_id, letter.reason, letter.error) == (event.id, "test.broken", "PermanentError")
        assert event.data.thing_id not in str(letter)
        assert await moved(queues.redrive(DEAD, dry_run=True)) == {"redriven": 1}
    await until(lambda: _count_is(outside, DEAD, 1))


async def test_two_redrives_do_not_run_at_once(service: Service, outside: Outside, virtual_host: str) -> None:
    """While one redrive runs, another is refused, and may run afterwards."""
    Mended(service)
    await up(service)
    await bury(outside, happened(), happened())
    async with dead_queues(virtual_host) as first:
        running = first.redrive(DEAD)
        await anext(running)
        async with dead_queues(virtual_host) as second:
            with pytest.raises(RedriveRunningError):
                await moved(second.redrive(DEAD))
        await running.aclose()
    async with dead_queues(virtual_host) as third:
        await moved(third.redrive(DEAD, dry_run=True))


async def test_message_that_cannot_be_put_back_stays(service: Service, outside: Outside, virtual_host: str) -> None:
    """A redrive to a queue that is gone fails and leaves the message in the dead queue."""
    Mended(service)
    await up(service)
    await bury(outside, happened())
    await service.stop()
    await outside.delete_queue(QUEUE)
    async with dead_queues(virtual_host) as queues:
        with pytest.raises(PublishError):
            await moved(queues.redrive(DEAD))
    await until(lambda: _count_is(outside, DEAD, 1))


async def test_unrouted_event_is_redriven_to_whoever_subscribes_now(
    compose_service: Composer, outside: Outside, virtual_host: str
) -> None:
    """An event that had no subscriber reaches one that came later, by its exchange and routing key."""
    early, late = compose_service("early"), compose_service()
    await up(early)
    event = happened()
    await publish(early.broker, event.to_json(), exchange=EVENTS, routing_key=Happened.type)
    await until(lambda: _count_is(outside, UNROUTED, 1))
    mended = Mended(late)
    mended.broken = False
    await up(late)
    async with dead_queues(virtual_host) as queues:
        (letter,) = await queues.look(UNROUTED, 10)
        assert (letter.exchange, letter.routing_key) == (EVENTS.name, Happened.type)
        assert await moved(queues.redrive(UNROUTED)) == {"redriven": 1}
    await until(lambda: mended.done == [event.id])


async def test_unrouted_event_goes_back_to_each_of_its_consumers(
    service: Service, outside: Outside, virtual_host: str
) -> None:
    """One event that could not return to two queues is not a copy of itself; what was for the same queue is."""
    await up(service)
    event = happened()
    for queue in ("tested.gone", "tested.gone_too", "tested.gone"):
        headers = {"x-event-id": event.id}
        await publish(service.broker, event.to_json(), exchange=RETURN, routing_key=queue, headers=headers)
    await until(lambda: _count_is(outside, UNROUTED, 3))
    async with dead_queues(virtual_host) as queues:
        assert await moved(queues.redrive(UNROUTED, dry_run=True)) == {"redriven": 2, "copy": 1}


async def test_dropped_event_is_gone_and_the_others_stay(service: Service, outside: Outside, virtual_host: str) -> None:
    """Dropping one event takes away that one only."""
    Mended(service)
    await up(service)
    events = [happened(), happened()]
    await bury(outside, *events)
    async with dead_queues(virtual_host) as queues:
        assert [move.letter.event_id async for move in queues.drop(DEAD, event_id=events[0].id)] == [events[0].id]
        (letter,) = await queues.look(DEAD, 10)
    assert letter.event_id == events[1].id


async def test_commands_list_show_redrive_and_drop(stack: LocalStack, outside: Outside, virtual_host: str) -> None:
    """The command line does what it says, in words for people and JSON for programs, with exit codes that mean it."""
    queue, dead = "callback.promise", "callback.promise.dead"
    channel = await outside.channel()
    for name in (queue, dead):
        await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
    ids = [new_id(), new_id()]
    for event_id in ids:
        await outside.put(dead, b"secret", {"x-event-id": event_id, "x-reason": "event.malformed"})

    async def dead_command(*words: str) -> tuple[int, str]:
        environment = {**os.environ, **stack.environment, "AMTSBOTE_RABBIT_URL": virtual_host}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services", "dead", *words), cwd=ROOT, env=environment, stdout=-1, stderr=-2
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    code, listed = await dead_command("list", "--json")
    assert (code, json.loads(listed)[0]["reasons"]) == (0, {"event.malformed": 2})
    code, shown = await dead_command("show", dead, "--json")
    assert (code, [letter["event_id"] for letter in json.loads(shown)]) == (0, ids)
    assert "secret" not in shown
    assert await dead_command("redrive", dead, "--event-id", ids[0], "--json") == (0, '{"redriven": 1}\n')
    assert await outside.count(queue) == 1
    assert (await dead_command("redrive", dead, "--event-id", ids[0]))[0] == 1
    assert await dead_command("drop", dead, "--all", "--yes", "--json") == (0, '{"dropped": 1}\n')
    code, refused = await dead_command("redrive", "nobody.dead")
    assert (code, refused.count("\n"), "no such queue" in refused) == (1, 1, True)


def test_what_waits_for_a_service_is_not_dropped() -> None:
    """A name that is no dead queue's is refused before anything is looked at."""
    refused = CliRunner().invoke(command, ["dead", "drop", "upload.file", "--all", "--yes"])
    assert (refused.exit_code, "no dead queue" in refused.output) == (2, True)


async def _count_is(outside: Outside, queue: str, expected: int) -> bool:
    return await outside.count(queue) == expected
