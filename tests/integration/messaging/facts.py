"""Facts that only the tests know."""

from shared.clock import utc_now
from shared.events.event import Event, Fact, Id, envelop
from shared.ids import new_id


class Happened(Fact, type="test.happened.v1", subject="thing_id"):
    """Something happened to a thing."""

    thing_id: Id


class Followed(Fact, type="test.followed.v1", subject="thing_id"):
    """Something followed from it."""

    thing_id: Id


class Unheard(Fact, type="test.unheard.v1", subject="thing_id", unread=True):
    """Something happened that nobody wants to hear."""

    thing_id: Id


def happened() -> Event[Happened]:
    """Return a fresh event."""
    return envelop(Happened(thing_id=new_id()), id=new_id(), time=utc_now(), source="tests", tenant="test")
