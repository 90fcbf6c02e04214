"""One process of ours: started with a log, ended for certain, and never left behind."""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside at the next start


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start: the command, its whole environment, its working folder, and where its output goes."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path


class Child:
    """A process that is running, has ended, or is yet to be started (any number of times)."""

    def __init__(self, launch: Launch) -> None:
        """Start nothing yet."""
        self.launch = launch
        self._process: Process | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C in a terminal reaches only us."""
        launch = self.launch
        self._log_start = _make_room(launch.log)
        with launch.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *launch.command,
                env=dict(launch.environment),
                cwd=launch.folder,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ended(self) -> int:
        """Wait for its end; returns the exit status (negative: the signal that ended it)."""
        return await self._process.wait() if self._process else 0

    async def stop(self, patience: float) -> bool:
        """Ask it to end, insist after `patience` seconds; True if asking was enough."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience):
                await self.ended()
        except TimeoutError:
            await self.kill()
            return False
        return True

    async def kill(self) -> None:
        """End it at once and wait until it has gone."""
        self.send(signal.SIGKILL)
        await self.ended()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has gone already."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)

    def last_words(self, lines: int = 6) -> str:
        """What it wrote last since this start."""
        with self.launch.log.open("rb") as log:
            log.seek(self._log_start)
            written = log.read().decode(errors="replace").splitlines()
        return "\n".join([line for line in written if line.strip()][-lines:])


def tied_to_us(command: tuple[str, ...], setpriv: str) -> tuple[str, ...]:
    """Have the kernel kill it when we die, even by `kill -9` (prctl PR_SET_PDEATHSIG; Linux only)."""
    return setpriv, "--pdeathsig", "KILL", *command


def _make_room(log: Path) -> int:
    """Set an overlong log aside; returns where this start's output will begin, in bytes."""
    log.parent.mkdir(parents=True, exist_ok=True)
    size = log.stat().st_size if log.exists() else 0
    if size <= LOG_LIMIT:
        return size
    log.replace(log.with_suffix(".old"))
    return 0
