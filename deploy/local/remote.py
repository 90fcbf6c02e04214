"""A server that somebody else runs: we use it and check it, and never start or stop it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from deploy.local.part import PartFailed, Silent

PATIENCE = 6.0  # seconds in which it has to answer


class RemoteServer:
    """A Part that an AMTSBOTE_*_URL points to."""

    pid = None

    def __init__(self, name: str, environment: Mapping[str, str], greet: Callable[[], Awaitable[None]]) -> None:
        """Take the settings as they were given; the first one is the address."""
        self.name = name
        self.environment = environment
        self.url = next(iter(environment.values()))
        self._greet = greet

    async def start(self) -> None:
        """Return when it answers; raises PartFailed if it does not."""
        reason = "no answer"
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    try:
                        return await self.greet()
                    except Silent as silence:
                        reason = str(silence)
                    await asyncio.sleep(0.5)
        except TimeoutError:
            setting = next(iter(self.environment))
            where = f"{self.name} at {urlsplit(self.url).hostname}"
            raise PartFailed(f"{where}: {reason}", f"check {setting}, or unset it to start one here") from None

    async def stop(self) -> None:
        """Leave it running: it is not ours."""

    async def kill(self) -> None:
        """Refuse: it is not ours."""
        raise self._not_ours()

    async def freeze(self) -> None:
        """Refuse: it is not ours."""
        raise self._not_ours()

    async def thaw(self) -> None:
        """Refuse: it is not ours."""
        raise self._not_ours()

    async def greet(self) -> None:
        """Make one real round trip; raises Silent without a proper answer."""
        await self._greet()

    async def lives(self) -> None:
        """See whether it answers; nobody starts it anew."""
        await self._greet()

    async def ended(self) -> int:
        """Wait for ever: we do not see its end."""
        never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        return await never

    def _not_ours(self) -> PartFailed:
        return PartFailed(f"{self.name} is not ours to stop", f"unset {next(iter(self.environment))}")
