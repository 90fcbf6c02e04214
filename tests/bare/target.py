"""One command tried on the bare machine: how long it took, what it said last, and whether it left anything behind."""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.setup.step import step
from tests.bare.root import Root

UP = re.compile(rb"Amtsbote is up")
LAST_STRAW = 5  # seconds for what a command left to end by itself
OF_A_FAILURE = 40  # lines
OF_A_SUCCESS = 4


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a command."""

    target: str
    seconds: float
    fault: str  # empty if it holds

    @property
    def holds(self) -> bool:
        """Whether it did what it should."""
        return not self.fault


def attempt(root: Root, target: str, logs: Path) -> Tried:
    """Run `make target` to its end, `make run` until it is up; shows the last lines, all are in `logs`."""
    words = ("make", *shlex.split(target))
    log = logs / f"{words[1]}.log"
    began = time.monotonic()
    with step(f"make {target}"):
        status, left = play(root.command(words), log, stop_at=UP if words[1] == "run" else None)
    said = log.read_text(errors="replace")
    tried = Tried(target, time.monotonic() - began, _fault(words[1], status, left, said))
    last = [line for line in said.splitlines() if line.strip()][-(OF_A_SUCCESS if tried.holds else OF_A_FAILURE) :]
    sys.stdout.write("".join(f"    {line}\n" for line in last))
    return tried


def play(command: tuple[str, ...], log: Path, *, stop_at: re.Pattern[bytes] | None) -> tuple[int, list[str]]:
    """Run a command as the first process can: returns its status, and what it left running, which is then ended.

    When it says `stop_at`, it gets what Ctrl-C sends.
    """
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    reader = threading.Thread(target=_keep, args=(process, log, stop_at))
    reader.start()
    status = _until_ended(process.pid)
    left = _left()
    reader.join()
    return status, left


def table(tried: list[Tried]) -> str:
    """Return a line for each."""
    lines = [f"  {one.target:30} {one.seconds:8.1f} s  {one.fault or 'holds'}\n" for one in tried]
    return "".join(["\n", *lines])


def _fault(target: str, status: int, left: list[str], said: str) -> str:
    wanted = (0, -signal.SIGINT) if target == "run" else (0,)  # make ends by the signal, too
    if target == "run" and not UP.search(said.encode()):
        return f"did not come up (status {status})"
    if status not in wanted or (target == "run" and "Traceback" in said):
        return f"failed (status {status})"
    return f"left running: {', '.join(left)}" if left else ""


def _keep(process: subprocess.Popen[bytes], log: Path, stop_at: re.Pattern[bytes] | None) -> None:
    with log.open("wb", buffering=0) as file:
        for line in process.stdout or ():
            file.write(line)
            if stop_at and stop_at.search(line):
                os.killpg(process.pid, signal.SIGINT)


def _until_ended(process: int) -> int:
    """Collect what ends, orphans too, until `process` does; returns its exit status as subprocess has it."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == process:
            return os.waitstatus_to_exitcode(status)


def _left() -> list[str]:
    """Return what still runs after a moment, by name, and end it: we are the first process, all are our children."""
    signal.signal(signal.SIGALRM, _enough)
    signal.alarm(LAST_STRAW)
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return []
    except TimeoutError:
        left = _names()
        os.kill(-1, signal.SIGKILL)
        return left
    finally:
        signal.alarm(0)


def _enough(*_: object) -> None:
    raise TimeoutError


def _names() -> list[str]:
    names = []
    for name in set(Path("/proc").glob("[0-9]*/comm")) - {Path("/proc/1/comm")}:
        with suppress(OSError):  # it may just have ended
            names.append(name.read_text().strip())
    return names
