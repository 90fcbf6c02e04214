"""The event that goes round: as large as most of ours."""

from shared.clock import utc_now
from shared.events.event import Event, Fact, Id, envelop
from shared.ids import new_id

IN_FLIGHT = 100
PREFETCH = 20
WORKERS = 16


class Measured(Fact, type="bench.measured.v1", subject="thing_id"):
    """Something to carry."""

    thing_id: Id


def measured() -> Event[Measured]:
    """Return a fresh event."""
    return envelop(Measured(thing_id=new_id()), id=new_id(), time=utc_now(), source="bench", tenant="bench")
