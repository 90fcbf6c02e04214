"""The envelope every event travels in: CloudEvents 1.0, structured JSON."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

TYPE_PREFIX = "de.amtsbote."
CONTENT_TYPE = "application/cloudevents+json"

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ObjectKey = Annotated[str, StringConstraints(pattern=r"^[a-z]+(/[0-9a-z._-]{1,80}){1,4}$")]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[0-9a-z.+-]{1,80}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4}(-[0-9A-Z]{1,4}){1,4}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9.-]{0,19}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]{1,2000}$")]


class Fact(BaseModel):
    """What happened: ids, types, times and codes, and never personal data.

    A subclass names its wire type and the field that holds the id of what it is about:

        class CallbackRequested(Fact, type="callback.requested.v1", subject="callback_id"): ...

    Readers ignore unknown fields, so an added field keeps the version; a breaking change is a new class. A fact that
    is `unread=True` has no subscriber by design: where nobody else's queue wants it, the broker drops it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    subject: ClassVar[str]
    unread: ClassVar[bool]

    def __init_subclass__(cls, *, type: str, subject: str, unread: bool = False, **rest: Any) -> None:  # noqa: A002
        """Keep the wire type and the subject field of a fact class, and whether no service of ours reads it."""
        super().__init_subclass__(**rest)
        cls.type, cls.subject, cls.unread = type, subject, unread


F = TypeVar("F", bound=Fact)


class Event(BaseModel, Generic[F]):
    """A fact with its envelope: what CloudEvents 1.0 asks for, and the ids that connect events."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    specversion: Annotated[str, Field(pattern=r"^1\.0$")] = "1.0"
    id: Id
    source: Annotated[str, Field(min_length=1, description="the publishing service, e.g. /amtsbote/gateway")]
    type: str
    subject: Id
    time: AwareDatetime
    datacontenttype: str = "application/json"
    dataschema: str
    tenant: str
    correlation_id: Annotated[Id, Field(alias="correlationid", description="the same for all that one act led to")]
    causation_id: Annotated[Id | None, Field(alias="causationid", description="the event that led to this one")] = None
    traceparent: str | None = None
    data: F

    @model_validator(mode="after")
    def _type_fits_data(self) -> "Event[F]":
        if self.type != TYPE_PREFIX + self.data.type:
            raise ValueError("the event's type is not the one of its data")
        return self

    def to_json(self) -> bytes:
        """Return the wire form: UTF-8 JSON of media type `application/cloudevents+json`."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


def event_class(fact: type[F]) -> type[Event[F]]:
    """Return the envelope class for a fact class that is known only at run time."""
    return Event[fact]  # type: ignore[valid-type]


def envelop(  # noqa: D417 - the ids are described at Event
    fact: F,
    *,
    id: str,  # noqa: A002 - CloudEvents' own word
    time: datetime,
    source: str,
    tenant: str,
    correlation_id: str | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> Event[F]:
    """Put a fact into its envelope; without a correlation the event starts one of its own.

    Args:
        fact: what happened.
        source: the name of the publishing service.
    """
    return event_class(type(fact))(
        id=id,
        source=f"/amtsbote/{source}",
        type=TYPE_PREFIX + fact.type,
        subject=getattr(fact, fact.subject),
        time=time,
        dataschema=f"urn:amtsbote:event:{fact.type}",
        tenant=tenant,
        correlation_id=correlation_id or id,
        causation_id=causation_id,
        traceparent=traceparent,
        data=fact,
    )
