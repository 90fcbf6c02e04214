"""What the broker, the database and the object store have in common: how one is started, hurt and stopped."""

from collections.abc import Mapping
from typing import Protocol


class PartFailed(Exception):  # noqa: N818 - an event's name reads better than "PartFailedError"
    """A part of the stack cannot be had; says why and what to do about it, in one line each."""

    def __init__(self, reason: str, remedy: str, last_words: str = "") -> None:
        """Keep reason, remedy and the end of the server's log apart, so that a display can set them apart."""
        super().__init__("\n".join(filter(None, [f"{reason}; {remedy}", last_words])))
        self.reason = reason
        self.remedy = remedy
        self.last_words = last_words


class ProgramMissing(PartFailed):
    """The server's program is not installed."""


class Silent(Exception):  # noqa: N818 - the same
    """A server gave no proper answer to a greeting; it may still be starting."""


class Part(Protocol):
    """One server of the stack, ours or somebody else's."""

    name: str

    @property
    def url(self) -> str:
        """Where clients connect, credentials included."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The AMTSBOTE_* settings that point a service here."""

    @property
    def pid(self) -> int | None:
        """The process that really serves; None while it is down or if it is not ours."""

    async def start(self) -> None:
        """Return when the server has answered a real request; raises PartFailed otherwise."""

    async def stop(self) -> None:
        """End it in good order and wait until it has gone."""

    async def kill(self) -> None:
        """End it at once (SIGKILL) and wait until it has gone; `start` brings it back with its data."""

    async def freeze(self) -> None:
        """Stop it in its tracks (SIGSTOP): its connections stay open and say nothing."""

    async def thaw(self) -> None:
        """Let a frozen server go on (SIGCONT)."""

    async def greet(self) -> None:
        """Make one real round trip; raises Silent without a proper answer."""

    async def lives(self) -> None:
        """See whether it is of use, or will be by itself; raises Silent if it should be started anew."""

    async def ended(self) -> int:
        """Wait until the server has gone and return its exit status (negative: the signal)."""
