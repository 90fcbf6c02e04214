"""Reads events off the wire: bytes in, a validated event out, told apart by its wire type."""

from collections.abc import Sequence
from typing import Annotated, Any, Union

import structlog
from pydantic import Discriminator, Tag, TypeAdapter, ValidationError
from pydantic_core import from_json

from shared.errors import PermanentError
from shared.events.event import TYPE_PREFIX, Event, Fact

log = structlog.get_logger()


class Reader:
    """Reads events that carry one of some facts."""

    def __init__(self, facts: Sequence[type[Fact]]) -> None:
        """Read events with `facts`; `annotation` is their type, for the catalogue."""
        self.annotation = _any_event_of(facts)
        self._adapter: TypeAdapter[Event[Any]] = TypeAdapter(self.annotation)
        self._types = {TYPE_PREFIX + fact.type for fact in facts}

    def read(self, body: bytes) -> Event[Any]:
        """Return the event in `body`.

        Raises:
            PermanentError: `event.unknown_type` (an unknown version is one too), or `event.malformed`; the log names
                the fields, never what was in them.
        """
        try:
            return self._adapter.validate_json(body)
        except ValidationError as error:
            wire_type = _wire_type(_parsed(body))
            if isinstance(wire_type, str) and wire_type not in self._types:
                raise PermanentError("event.unknown_type") from None
            fields = [{"field": e["loc"][1:], "fault": e["type"]} for e in error.errors(include_input=False)]
            log.warning("event.malformed", fields=fields)
            raise PermanentError("event.malformed") from None


def _any_event_of(facts: Sequence[type[Fact]]) -> Any:
    """Return the annotation of an event that carries one of `facts`."""
    tagged = tuple(Annotated[Event[fact], Tag(TYPE_PREFIX + fact.type)] for fact in facts)  # type: ignore[valid-type]
    return tagged[0] if len(tagged) == 1 else Annotated[Union[tagged], Discriminator(_wire_type)]  # noqa: UP007


def _wire_type(value: Any) -> str | None:
    return value.get("type") if isinstance(value, dict) else getattr(value, "type", None)


def _parsed(body: bytes) -> Any:
    """Return the JSON in `body`, or nothing if it is none."""
    try:
        return from_json(body)
    except ValueError:
        return None
