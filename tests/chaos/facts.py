"""The two facts of the chaos tests: a thing was accepted, and was filed."""

from shared.events.event import Fact, Id


class ThingAccepted(Fact, type="chaos.accepted.v1", subject="thing_id"):
    """A thing was accepted; a poisoned one cannot be filed."""

    thing_id: Id
    poisoned: bool = False


class ThingFiled(Fact, type="chaos.filed.v1", subject="thing_id"):
    """A thing was filed."""

    thing_id: Id
