"""A server of our own: started from a recipe, watched until it answers, and ended for certain."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Protocol

from deploy.local.child import Child, Launch
from deploy.local.part import PartFailed, Silent
from deploy.local.ports import is_free

START_PATIENCE = 90.0  # seconds; RabbitMQ needs 3 to 15 on two busy cores
LONGEST_PAUSE = 0.4  # between two looks; each costs the server that starts some of its time
STOP_PATIENCE = 40.0  # seconds; the services finish what they are at


class Recipe(Protocol):
    """What differs between the servers."""

    name: str
    url: str

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port it will listen on."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The AMTSBOTE_* settings that point a service here."""

    def launches(self) -> tuple[Launch, ...]:
        """Return its processes in the order of their start; the last one is the server."""

    async def prepare(self) -> None:
        """Lay out files and folders; harmless if they are there."""

    async def greet(self) -> None:
        """Make one real round trip, a few seconds long at most; raises Silent without a proper answer."""

    async def lives(self) -> None:
        """See whether it is of use, or will be by itself; raises Silent if it should be started anew."""


class LocalServer:
    """A Part made from a recipe; its address stays the same from one start to the next."""

    def __init__(self, recipe: Recipe) -> None:
        """Start nothing yet."""
        self.name = recipe.name
        self._recipe = recipe
        self._children = [Child(launch) for launch in recipe.launches()]
        self._server = self._children[-1]
        self._silence = ""

    @property
    def url(self) -> str:
        """Where clients connect, credentials included."""
        return self._recipe.url

    @property
    def environment(self) -> Mapping[str, str]:
        """The AMTSBOTE_* settings that point a service here."""
        return self._recipe.environment

    @property
    def pid(self) -> int | None:
        """The process that serves, None while it is down."""
        return self._server.pid

    async def start(self) -> None:
        """Return when it answers; raises PartFailed, leaving nothing behind. Harmless while it runs."""
        try:
            if self.pid is None:
                await self._launch()
            await self._answer()
        except BaseException:
            await self._end_all(kill=True)
            raise

    async def stop(self) -> None:
        """End server and helpers in good order and wait until they have gone."""
        await self._end_all(kill=False)

    async def kill(self) -> None:
        """End the server at once (SIGKILL); its helpers stay, as after a real crash."""
        await self._server.kill()

    async def freeze(self) -> None:
        """Stop it in its tracks; its connections stay open and say nothing."""
        self._server.send(signal.SIGSTOP)

    async def thaw(self) -> None:
        """Let it go on."""
        self._server.send(signal.SIGCONT)

    async def greet(self) -> None:
        """Make one real round trip; raises Silent without a proper answer."""
        await self._recipe.greet()

    async def lives(self) -> None:
        """See whether it is of use; raises Silent if it should be started anew."""
        await self._recipe.lives()

    async def ended(self) -> int:
        """Wait until the server has gone and return its exit status."""
        return await self._server.ended()

    async def _launch(self) -> None:
        await self._end_all(kill=False)  # a helper that outlived a killed server holds one of the ports
        if taken := [port for port in self._recipe.ports if not is_free(port)]:
            raise PartFailed(
                f"port {taken[0]}, meant for {self.name}, is taken by another program",
                f"end that program (ss -ltnp 'sport = :{taken[0]}'), or start again on another port",
            )
        await self._recipe.prepare()
        for child in self._children:
            await child.start()

    async def _answer(self) -> None:
        pause = 0.1
        try:
            async with asyncio.timeout(START_PATIENCE):
                while not await self._answers():
                    await asyncio.sleep(pause)
                    pause = min(pause * 1.1, LONGEST_PAUSE)
        except TimeoutError:
            reason = f"{self.name} did not answer within {START_PATIENCE:.0f} s ({self._silence})"
            raise self._failed(reason) from None

    async def _answers(self) -> bool:
        if self.pid is None:
            raise self._failed(f"{self.name} ended at its start with status {await self.ended()}")
        try:
            await self.greet()
        except Silent as silence:
            self._silence = str(silence)
            return False
        return True

    def _failed(self, reason: str) -> PartFailed:
        return PartFailed(reason, f"see {self._server.launch.log}", self._server.last_words())

    async def _end_all(self, *, kill: bool) -> None:
        for child in reversed(self._children):
            await (child.kill() if kill else child.stop(STOP_PATIENCE))
