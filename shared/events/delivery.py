"""What services tell each other about deliveries, so that events the broker lost are noticed and announced again."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.events.event import Code, Fact, Id

# How many minutes one event speaks of at most; a longer list goes in several.
AT_ONCE = 500

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
MinuteNumber = Annotated[int, Field(ge=0, description="minutes since 1970, of the time in the events' ids")]


class AnnouncedMinute(BaseModel):
    """The events of one type whose ids are of one minute: how many, and the exclusive or of their ids."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Code
    minute: MinuteNumber
    count: Annotated[int, Field(ge=1)]
    digest: Digest


class MissedMinutes(BaseModel):
    """The events of one type whose ids are of some minutes, first and last included."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Code
    first: MinuteNumber
    last: MinuteNumber


class EventsAnnounced(Fact, type="delivery.announced.v1", subject="round_id"):
    """What a service announced in some minutes; whoever receives these types compares it with what arrived."""

    round_id: Id
    publisher: Code
    minutes: Annotated[tuple[AnnouncedMinute, ...], Field(max_length=AT_ONCE)]


class EventsMissed(Fact, type="delivery.missed.v1", subject="request_id"):
    """Events did not arrive at a queue: their publisher (every one, if none is named) puts them there again."""

    request_id: Id
    queue: Code
    publisher: Code | None = None
    reason: Literal["missing", "forgotten"]
    spans: Annotated[tuple[MissedMinutes, ...], Field(max_length=AT_ONCE)]
