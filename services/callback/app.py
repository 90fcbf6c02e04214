"""Composes the callback service."""

from services.callback.handlers import Promises
from services.callback.settings import CallbackSettings
from services.callback.store import Callbacks
from shared.clock import Clock, utc_now
from shared.composition import compose
from shared.events.gateway import CallbackRequested, CallReported
from shared.service import Service
from shared.settings import Connections


def app(connections: Connections, settings: CallbackSettings | None = None, clock: Clock = utc_now) -> Service:
    """Return the callback service, composed but not started."""
    settings = settings or CallbackSettings()
    service = compose("callback", connections, clock)
    callbacks = Callbacks(service.database)
    promises = Promises(callbacks, service.ledger, settings.terms(), clock)
    service.prepares.append(callbacks.prepare)
    service.once("promise", promises.promise, CallbackRequested)
    service.once("count", promises.count, CallReported)
    service.every(settings.check_every_s, promises.escalate, name="escalate")
    return service
