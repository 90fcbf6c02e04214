"""What a full disk does to the broker, done by hand: its alarm, and quorum queues whose processes are gone."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

from deploy.local.part import Part
from deploy.local.programs import find, search_path

_NEEDED = ("PATH", "LANG", "HOME", "ERL_EPMD_ADDRESS", "ERL_EPMD_PORT", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE")


_STOP_QUEUES = """
[ra:stop_server(quorum_queues, amqqueue:get_pid(Q))
 || Q <- rabbit_amqqueue:list(), amqqueue:get_type(Q) =:= rabbit_quorum_queue].
"""


async def stop_queues(rabbit: Part) -> None:
    """End the processes of all quorum queues of a broker of ours; it still lets everybody in."""
    await control(rabbit, "eval", _STOP_QUEUES)


@asynccontextmanager
async def disk_alarm(rabbit: Part) -> AsyncIterator[None]:
    """Have a broker of ours believe that its disk is full, until the end."""
    await control(rabbit, "set_disk_free_limit", "5000000GB")
    try:
        yield
    finally:
        await control(rabbit, "set_disk_free_limit", "50MB")


async def control(rabbit: Part, *words: str) -> None:
    """Run `rabbitmqctl` on a broker of ours that runs; raises AssertionError with what it said if it fails."""
    there = psutil.Process(rabbit.pid).environ()
    environment = {name: there[name] for name in _NEEDED}
    program = find("rabbitmq-server", search_path()).replace("rabbitmq-server", "rabbitmqctl")
    node = ("--node", environment["RABBITMQ_NODENAME"])
    process = await asyncio.create_subprocess_exec(program, *node, *words, env=environment, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
