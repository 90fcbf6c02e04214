"""The broker's disk alarm, switched on by hand: it then reads nothing more from connections that publish."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

from deploy.local.part import Part
from deploy.local.programs import find, search_path

_NEEDED = ("PATH", "LANG", "HOME", "ERL_EPMD_ADDRESS", "ERL_EPMD_PORT", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE")


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
