"""What the template process is asked for, and what it says."""

from typing import Annotated, Literal

from pydantic import Field

from services.upload.schemas import Message


class Fork(Message):
    """Fork a child that may take so much memory; the socket for its orders and answers comes with the message."""

    do: Literal["fork"] = "fork"
    memory_bytes: int


class Kill(Message):
    """End a child at once."""

    do: Literal["kill"] = "kill"
    pid: int


ToTemplate = Annotated[Fork | Kill, Field(discriminator="do")]


class Loaded(Message):
    """The template has loaded what its children need."""

    did: Literal["loaded"] = "loaded"


class Forked(Message):
    """A child was forked, the oldest that was asked for; there is none if `pid` is 0, and `why` says why."""

    did: Literal["forked"] = "forked"
    pid: int
    why: str = ""


class Ended(Message):
    """A child ended, with its exit code, or the negative number of the signal that ended it."""

    did: Literal["ended"] = "ended"
    pid: int
    code: int


FromTemplate = Annotated[Loaded | Forked | Ended, Field(discriminator="did")]
