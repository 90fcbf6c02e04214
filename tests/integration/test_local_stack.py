"""The local stack starts, survives crashes with its data, explains what it lacks, and leaves nothing."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import psutil
import pytest
import pytest_asyncio
from minio import Minio
from pymongo import AsyncMongoClient

from deploy.local.part import Part, PartFailed, ProgramMissing, Silent
from deploy.local.ports import free_port
from deploy.local.stack import LocalStack
from tests.waiting import until

pytestmark = pytest.mark.live


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """A stack that no other test file shares, so that this one may break it."""
    async with LocalStack(tmp_path_factory.mktemp("own")) as own:
        yield own


def objects(stack: LocalStack) -> Minio:
    """Return a client of the object store, made from its address."""
    parts = urlsplit(stack.s3.url)
    return Minio(parts.netloc.rpartition("@")[2], parts.username, parts.password, secure=False)


async def keep(stack: LocalStack) -> None:
    """Leave one durable message, one row and one object."""
    async with await aio_pika.connect(stack.rabbit.url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue.name)
    await written_down(stack.folder, b"kept")
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
    async with AsyncMongoClient[dict[str, object]](stack.mongo.url) as client:
        row = await client.kept.kept.find_one({"_id": 1})
    answer = await asyncio.to_thread(objects(stack).get_object, "amtsbote", "kept")
    return message.body, row is not None, answer.read()


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


async def test_killed_parts_come_back_with_their_data(own: LocalStack) -> None:
    """What was confirmed before a kill -9 of all three is there after they start again."""
    await keep(own)
    before = [part.pid for part in own.parts]
    await asyncio.gather(*(part.kill() for part in own.parts))
    assert [part.pid for part in own.parts] == [None, None, None]
    await asyncio.gather(*(part.start() for part in own.parts))
    assert await kept(own) == (b"kept", True, b"kept")
    assert not set(before) & {part.pid for part in own.parts}


@pytest.mark.parametrize("name", ["rabbit", "mongo", "s3"])
async def test_a_frozen_part_is_silent_until_it_is_thawed(own: LocalStack, name: str) -> None:
    """A frozen server gives no answer; thawed, it goes on as the same process."""
    part: Part = getattr(own, name)
    pid = part.pid
    await part.freeze()
    try:
        with pytest.raises(Silent):
            await part.greet()
    finally:
        await part.thaw()
    await part.start()
    assert part.pid == pid


async def test_a_stopped_stack_leaves_no_process_and_keeps_its_data(tmp_path: Path) -> None:
    """After the end no child of ours is left, and the next start finds data, ports and credentials."""
    async with LocalStack(tmp_path) as first:
        await keep(first)
        addresses = first.environment
        assert psutil.Process().children(recursive=True)
        started = {child.pid for child in _children_in(tmp_path)}
    assert started
    assert not {child.pid for child in _children_in(tmp_path)}
    async with LocalStack(tmp_path) as second:
        assert second.environment == addresses
        assert await kept(second) == (b"kept", True, b"kept")


async def test_a_frozen_part_is_stopped_all_the_same(tmp_path: Path) -> None:
    """Stopping thaws first: a frozen server would never see the request to end."""
    async with LocalStack(tmp_path, ("s3",)) as stack:
        await stack.s3.freeze()
    assert not _children_in(tmp_path)


async def test_a_missing_program_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Without the server's program the error says which, and how to get it."""
    with pytest.raises(ProgramMissing, match="secantusd-py is not installed") as caught:
        async with LocalStack(tmp_path, ("mongo",), search=str(tmp_path)):
            pytest.fail("it started")
    assert "make setup" in caught.value.remedy
    assert "AMTSBOTE_MONGO_URL" in caught.value.remedy


async def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path) -> None:
    """Another program on our port of last time costs us the number, not the start."""
    async with LocalStack(tmp_path, ("mongo",)) as first:
        port = int(first.mongo.url.split(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        async with LocalStack(tmp_path, ("mongo",)) as second:
            assert second.mongo.url != first.mongo.url
            await second.mongo.greet()


async def test_a_port_taken_while_a_part_was_down_is_named(tmp_path: Path) -> None:
    """A part keeps its address for its lifetime; if somebody takes it, the error says so."""
    async with LocalStack(tmp_path, ("s3",)) as stack:
        port = int(stack.s3.url.rsplit(":", 1)[1].split("/")[0])
        await stack.s3.kill()
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", port))
            squatter.listen()
            with pytest.raises(PartFailed, match=f"port {port}.*is taken"):
                await stack.s3.start()
        await stack.s3.start()


async def test_a_part_that_dies_at_its_start_shows_its_last_words(tmp_path: Path) -> None:
    """A server that cannot read its data ends at once; the error carries the end of its log."""
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "data").write_text("not a folder")
    with pytest.raises(PartFailed, match="mongo ended at its start") as caught:
        async with LocalStack(tmp_path, ("mongo",)):
            pytest.fail("it started")
    assert "mongo.log" in caught.value.remedy
    assert caught.value.last_words


async def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Two stacks on one folder would damage the data; the second says who holds it."""
    async with LocalStack(tmp_path, ()):
        with pytest.raises(PartFailed, match=f"already running .*process {os.getpid()}"):
            async with LocalStack(tmp_path, ()):
                pytest.fail("it started")
    async with LocalStack(tmp_path, ()):
        pass


async def test_a_server_of_somebody_else_is_used_and_not_stopped(own: LocalStack, tmp_path: Path) -> None:
    """With AMTSBOTE_*_URL set the part is checked but neither started nor stopped."""
    async with LocalStack(tmp_path, settings=own.environment) as guest:
        assert guest.environment == own.environment
        assert [part.pid for part in guest.parts] == [None, None, None]
        with pytest.raises(PartFailed, match="not ours"):
            await guest.rabbit.kill()
    await own.rabbit.greet()


async def test_a_server_of_somebody_else_that_is_down_names_its_setting(tmp_path: Path) -> None:
    """A wrong address is answered with the variable to check."""
    nobody = {"AMTSBOTE_S3_URL": f"http://key:secret@127.0.0.1:{free_port()}/bucket"}
    with pytest.raises(PartFailed, match="check AMTSBOTE_S3_URL") as caught:
        async with LocalStack(tmp_path, ("s3",), settings=nobody):
            pytest.fail("it started")
    assert "secret" not in str(caught.value)


async def test_nothing_outlives_a_killed_parent_and_the_next_start_works(tmp_path: Path) -> None:
    """After kill -9 of the program that holds the stack, the kernel ends its children; the lock is free."""
    holder = f"""
import asyncio, pathlib
from deploy.local.stack import LocalStack
async def hold():
    async with LocalStack(pathlib.Path({str(tmp_path)!r})):
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", holder, stdout=subprocess.PIPE)
    assert parent.stdout
    assert await parent.stdout.readline() == b"ready\n"
    orphans = psutil.Process(parent.pid).children(recursive=True)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, orphans, timeout=10)
    assert not alive
    async with LocalStack(tmp_path) as stack:
        await stack.rabbit.greet()


def _children_in(folder: Path) -> list[psutil.Process]:
    """Our children that work in this folder."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if Path(child.cwd()).is_relative_to(folder):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found
