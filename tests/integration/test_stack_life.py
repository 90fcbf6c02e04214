"""One stack's life: killed with its program, started again, frozen and stopped, it keeps its data and addresses."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import psutil
import pytest
import pytest_asyncio
from minio import Minio
from pymongo import AsyncMongoClient

from deploy.local.part import PartFailed, Silent
from deploy.local.stack import PARTS, LocalStack
from deploy.local.watch import watch
from tests.alarm import disk_alarm, stop_queues
from tests.integration.test_local_stack import children_in
from tests.waiting import until

pytestmark = pytest.mark.live

KEPT = (b"kept", True, b"kept")

HOLDER = """
import asyncio, json, pathlib, sys
from deploy.local.stack import LocalStack
async def hold():
    async with LocalStack(pathlib.Path(sys.argv[1])) as stack:
        print(json.dumps(stack.environment), flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


@dataclass(frozen=True, slots=True)
class Orphaned:
    """A folder whose stack lost its program to `kill -9`: the addresses it had, and what went on running."""

    folder: Path
    environment: dict[str, str]
    survivors: list[psutil.Process]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def orphaned(tmp_path_factory: pytest.TempPathFactory) -> Orphaned:
    """Have another program start a stack, keep something in it, and kill that program."""
    folder = tmp_path_factory.mktemp("own")
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(folder), stdout=subprocess.PIPE)
    assert parent.stdout
    environment = json.loads(await parent.stdout.readline())
    async with LocalStack(folder.with_name("guest"), settings=environment) as guest:
        await keep(guest, folder)
    orphans = psutil.Process(parent.pid).children(recursive=True)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, orphans, timeout=10)
    assert len(orphans) >= len(PARTS)
    return Orphaned(folder, environment, alive)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(orphaned: Orphaned) -> AsyncIterator[LocalStack]:
    """The next stack in that folder; no other test file shares it, so that this one may break it."""
    async with LocalStack(orphaned.folder) as own:
        yield own


def objects(stack: LocalStack) -> Minio:
    """Return a client of the object store, made from its address."""
    parts = urlsplit(stack.s3.url)
    return Minio(parts.netloc.rpartition("@")[2], parts.username, parts.password, secure=False)


async def keep(stack: LocalStack, folder: Path) -> None:
    """Leave one durable message, one row and one object in the stack whose data are in `folder`."""
    async with await aio_pika.connect(stack.rabbit.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue.name)
    await written_down(folder, b"kept")
    async with AsyncMongoClient[dict[str, object]](stack.mongo.url) as client:
        await client.kept.kept.replace_one({"_id": 1}, {"_id": 1, "kept": True}, upsert=True)
    await asyncio.to_thread(objects(stack).put_object, "amtsbote", "kept", BytesIO(b"kept"), 4)


async def written_down(folder: Path, queue: bytes) -> None:
    """Wait until the broker's list of quorum queues is on disk.

    RabbitMQ writes it half a second after a declaration; killed before, that queue returns without a leader.
    """
    registry = folder / "rabbit/data/amtsbote@localhost/quorum/amtsbote@localhost/names.dets"

    async def is_written() -> bool:
        return queue in registry.read_bytes()

    await until(is_written, seconds=10, what=lambda: f"{queue!r} in {registry.name}")


async def kept(stack: LocalStack) -> tuple[bytes, bool, bytes]:
    """Fetch the message (taking it off the queue), whether the row is there, and the object."""
    async with await aio_pika.connect(stack.rabbit.url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("kept")
        async with queue.iterator(no_ack=True, timeout=20) as messages:
            message = await anext(messages)
    return message.body, *await stored(stack)


async def stored(stack: LocalStack) -> tuple[bool, bytes]:
    """Fetch whether the row is there, and the object."""
    async with AsyncMongoClient[dict[str, object]](stack.mongo.url) as client:
        row = await client.kept.kept.find_one({"_id": 1})
    answer = await asyncio.to_thread(objects(stack).get_object, "amtsbote", "kept")
    return row is not None, answer.read()


async def test_every_part_answers_at_a_loopback_address(own: LocalStack) -> None:
    """Each part names the settings that point to it, and nothing listens beyond this machine."""
    assert set(own.environment) == {
        "AMTSBOTE_RABBIT_URL",
        "AMTSBOTE_RABBIT_MANAGEMENT_URL",
        "AMTSBOTE_MONGO_URL",
        "AMTSBOTE_S3_URL",
    }
    for part in own.parts:
        await part.greet()
        listening = [c for c in psutil.Process(part.pid).net_connections() if c.status == psutil.CONN_LISTEN]
        assert listening
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


async def test_nothing_outlives_a_killed_parent(orphaned: Orphaned) -> None:
    """After kill -9 of the program that holds the stack, the kernel ends its children."""
    assert not orphaned.survivors


async def test_the_start_after_a_kill_finds_data_addresses_and_logins(orphaned: Orphaned, own: LocalStack) -> None:
    """The lock is free; what was confirmed before a kill -9 of all three is there again, at the same addresses."""
    assert own.environment == orphaned.environment
    assert await kept(own) == KEPT


async def test_killed_parts_start_again_as_other_processes(own: LocalStack) -> None:
    """A part that is killed has no process until it is started again; it serves then as before."""
    parts = (own.mongo, own.s3)  # the broker's kill is every outage's test
    before = [part.pid for part in parts]
    await asyncio.gather(*(part.kill() for part in parts))
    assert [part.pid for part in parts] == [None, None]
    await asyncio.gather(*(part.start() for part in parts))
    assert not {*before, None} & {part.pid for part in parts}
    assert await stored(own) == KEPT[1:]


async def test_frozen_parts_are_silent_until_they_are_thawed(own: LocalStack) -> None:
    """A frozen server gives no answer; thawed, it goes on as the same process."""
    before = [part.pid for part in own.parts]
    await asyncio.gather(*(part.freeze() for part in own.parts))
    try:
        answers = await asyncio.gather(*(part.greet() for part in own.parts), return_exceptions=True)
    finally:
        await asyncio.gather(*(part.thaw() for part in own.parts))
    assert [type(answer) for answer in answers] == [Silent, Silent, Silent]
    await asyncio.gather(*(part.start() for part in own.parts))
    assert [part.pid for part in own.parts] == before


async def test_server_that_is_of_no_use_is_started_again(own: LocalStack) -> None:
    """A database that runs and answers nothing, as after a full disk, is ended and started by who watches it."""
    before, said = own.mongo.pid, list[str]()
    watching = asyncio.create_task(watch(own.mongo, lambda _, state: said.append(state), greet_every=0.05))
    await own.mongo.freeze()
    try:
        await until(lambda: "ready" in said, what=lambda: "a database that was started again")
    finally:
        watching.cancel()
        await asyncio.wait((watching,))
    assert "ended by us: it gives no answer" in said[0]
    assert own.mongo.pid not in {before, None}
    assert (await stored(own))[0]


async def test_broker_whose_queues_have_no_process_is_started_again(own: LocalStack) -> None:
    """A broker that lets everybody in and passes nothing on, as after a full disk, is ended and started."""
    before, said = own.rabbit.pid, list[str]()
    async with disk_alarm(own.rabbit):
        await own.rabbit.lives()  # this passes by itself
    await own.rabbit.lives()
    await stop_queues(own.rabbit)
    await own.rabbit.greet()
    watching = asyncio.create_task(watch(own.rabbit, lambda _, state: said.append(state), greet_every=0.05))
    try:
        await until(lambda: "ready" in said, seconds=90, what=lambda: "a broker that was started again")
    finally:
        watching.cancel()
        await asyncio.wait((watching,))
    assert "ended by us: it gives no answer" in said[0]
    assert own.rabbit.pid not in {before, None}
    await own.rabbit.lives()


async def test_a_server_of_somebody_else_is_used_and_not_stopped(own: LocalStack, tmp_path: Path) -> None:
    """With AMTSBOTE_*_URL set the part is checked but neither started nor stopped."""
    async with LocalStack(tmp_path, settings=own.environment) as guest:
        assert guest.environment == own.environment
        assert [part.pid for part in guest.parts] == [None, None, None]
        with pytest.raises(PartFailed, match="not ours"):
            await guest.rabbit.kill()
    await own.rabbit.greet()


async def test_a_stopped_stack_leaves_no_process_and_keeps_its_data(own: LocalStack) -> None:
    """After the end no child of ours is left; the next start finds addresses, data, and all but transient messages."""
    await keep(own, own.folder)
    modes = {aio_pika.DeliveryMode.NOT_PERSISTENT: "transient", aio_pika.DeliveryMode.PERSISTENT: "durable"}
    async with await aio_pika.connect(own.rabbit.url) as connection:
        channel = await connection.channel()
        for mode, name in modes.items():
            await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "classic"})
            for _ in range(20):
                await channel.default_exchange.publish(aio_pika.Message(b"", delivery_mode=mode), name)
    assert children_in(own.folder)
    await own.stop()
    assert not children_in(own.folder)
    async with LocalStack(own.folder) as second:
        assert second.environment == own.environment
        assert await kept(second) == KEPT
        async with await aio_pika.connect(second.rabbit.url) as connection:
            channel = await connection.channel()
            queues = [await channel.declare_queue(name, passive=True) for name in modes.values()]
            assert [queue.declaration_result.message_count for queue in queues] == [0, 20]
