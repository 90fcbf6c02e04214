"""What the template process is asked for, and what it says."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fork(_Message):
    """Fork a child that may take so much memory; the socket for its orders and answers comes with the message."""

    do: Literal["fork"] = "fork"
    memory_bytes: int


class Kill(_Message):
    """End a child at once."""

    do: Literal["kill"] = "kill"
    pid: int


ToTemplate = Annotated[Fork | Kill, Field(discriminator="do")]


class Loaded(_Message):
    """The template has loaded what its children need."""

    did: Literal["loaded"] = "loaded"


class Forked(_Message):
    """A child was forked, the oldest that was asked for; there is none if `pid` is 0, and `why` says why."""

    did: Literal["forked"] = "forked"
    pid: int
    why: str = ""


class Ended(_Message):
    """A child ended, with its exit code, or the negative number of the signal that ended it."""

    did: Literal["ended"] = "ended"
    pid: int
    code: int


FromTemplate = Annotated[Loaded | Forked | Ended, Field(discriminator="did")]
