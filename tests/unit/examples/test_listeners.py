"""The demo's partner programs end with it, even when it is killed."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import psutil
import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[3]
DEMO = """
from examples.demo.listeners import Listener
with Listener("examples.supplier", {"AMTSBOTE_SUPPLIER_SECRET": "whsec_" + "a" * 40, "AMTSBOTE_SUPPLIER_TOKEN": "t"}):
    print("ready", flush=True)
    input()
"""


async def test_listener_ends_with_a_killed_demo() -> None:
    """No partner program goes on after `kill -9` of the demo that started it."""
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (Debian's util-linux) is not installed")
    demo = await asyncio.create_subprocess_exec(sys.executable, "-c", DEMO, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    assert demo.stdout
    assert await demo.stdout.readline() == b"ready\n"
    [listener] = psutil.Process(demo.pid).children()
    demo.kill()
    await demo.wait()
    await until(lambda: not listener.is_running() or listener.status() == psutil.STATUS_ZOMBIE)
