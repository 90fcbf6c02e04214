"""The broker, the database and the object store together: started side by side, stopped together."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Self, TextIO

from deploy.local import mongo, objects, rabbit
from deploy.local.part import Part, PartFailed
from deploy.local.programs import search_path
from deploy.local.remembered import Remembered
from deploy.local.remote import RemoteServer
from deploy.local.server import LocalServer, Recipe

PARTS = ("rabbit", "mongo", "s3")
RECIPES: Mapping[str, Callable[[Path, Remembered, str], Recipe]] = MappingProxyType(
    {"rabbit": rabbit.Rabbit, "mongo": mongo.Mongo, "s3": objects.Objects}
)
Report = Callable[[str, str], None]  # the part's name and its new state: starting, ready, stopping, stopped


class LocalStack:
    """The parts in one folder; `async with` starts them and stops them whatever happens.

    A part whose AMTSBOTE_*_URL is in `settings` is used and checked, but not started. Only one stack at a
    time can use a folder. Raises PartFailed, or ProgramMissing, which is one.
    """

    def __init__(
        self,
        folder: Path,
        parts: tuple[str, ...] = PARTS,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        search: str | None = None,
        report: Report = lambda _name, _state: None,
    ) -> None:
        """Start nothing yet; `search` is where programs are looked for, like PATH."""
        self.folder = folder.absolute()
        self._wanted = parts
        self._settings = settings
        self._search = search_path() if search is None else search
        self._report = report
        self._lock: TextIO | None = None
        self._parts: dict[str, Part] = {}

    async def __aenter__(self) -> Self:
        """Start what was asked for."""
        self._lock = _lock(self.folder / "lock")
        try:
            await self.start(*self._wanted)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all that runs."""
        await self.stop()

    @property
    def rabbit(self) -> Part:
        """The broker."""
        return self._parts["rabbit"]

    @property
    def mongo(self) -> Part:
        """The database."""
        return self._parts["mongo"]

    @property
    def s3(self) -> Part:
        """The object store."""
        return self._parts["s3"]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that were planned or started."""
        return tuple(self._parts.values())

    @property
    def environment(self) -> dict[str, str]:
        """The AMTSBOTE_* settings that point services at these parts."""
        return {name: value for part in self.parts for name, value in part.environment.items()}

    def plan(self, *names: str) -> None:
        """Choose addresses and logins for parts; those planned already keep theirs."""
        remembered = Remembered(self.folder / "remembered.json")
        for name in names:
            if name not in self._parts:
                self._parts[name] = self._part(name, remembered)

    async def start(self, *names: str) -> None:
        """Start parts side by side; those that run already are only greeted."""
        self.plan(*names)
        results = await asyncio.gather(*(self._start(self._parts[name]) for name in names), return_exceptions=True)
        if failures := [result for result in results if isinstance(result, BaseException)]:
            raise failures[0]

    async def stop(self) -> None:
        """Stop all parts side by side, wait for them, and free the folder."""
        try:
            await asyncio.gather(*(self._stop(part) for part in self.parts))
        finally:
            if self._lock:
                self._lock.close()
                self._lock = None

    def _part(self, name: str, remembered: Remembered) -> Part:
        return _given(name, self._settings) or LocalServer(RECIPES[name](self.folder / name, remembered, self._search))

    async def _start(self, part: Part) -> None:
        self._report(part.name, "starting")
        await part.start()
        self._report(part.name, "ready")

    async def _stop(self, part: Part) -> None:
        if part.pid is None:
            await part.stop()  # what helped a server that was killed
            return
        self._report(part.name, "stopping")
        await part.stop()
        self._report(part.name, "stopped")


def _given(name: str, settings: Mapping[str, str]) -> Part | None:
    """Return the server that the settings point to, if they do."""
    variable = f"AMTSBOTE_{name.upper()}_URL"
    url = settings.get(variable)
    if not url:
        return None
    environment = {variable: url}
    management = settings.get("AMTSBOTE_RABBIT_MANAGEMENT_URL") if name == "rabbit" else None
    if management:
        environment["AMTSBOTE_RABBIT_MANAGEMENT_URL"] = management
    greetings = {
        "rabbit": partial(rabbit.greet, url, management),
        "mongo": partial(mongo.greet, url, write=False),
        "s3": partial(objects.greet, url),
    }
    return RemoteServer(name, environment, greetings[name])


def _lock(path: Path) -> TextIO:
    """Hold the folder for as long as the file is open; the kernel lets go when we die, however we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "?"
        file.close()
        raise PartFailed(
            f"a stack is already running in {path.parent} (process {owner})",
            f"use that one, or stop it with Ctrl-C in its window (kill {owner})",
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
