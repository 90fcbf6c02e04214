"""Composes the notify service: alerts to teams, packets to suppliers."""

from datetime import timedelta
from functools import partial

from services.notify.client.queue import SupplierQueues
from services.notify.client.webhook import Webhooks
from services.notify.handlers.alerting import alert
from services.notify.handlers.dispatching import Dispatching
from services.notify.handlers.forwarding import Forwarding
from services.notify.handlers.sweeping import sweep
from services.notify.settings import NotifySettings
from services.notify.store import Forwards
from shared.clock import Clock, utc_now
from shared.events.callback import CallbackOverdue, CallbackPromised
from shared.events.gateway import ConsentGiven, ConsentRevoked, PacketConfirmed, PacketDownloaded
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.links import Links
from shared.partners import PartnersFile
from shared.service import Service, compose
from shared.settings import Connections

_ALERTING = (DocumentFiled, DocumentFailed, CallbackPromised, CallbackOverdue)
_FORWARDING = (ConsentGiven, ConsentRevoked, DocumentFiled, DocumentFailed, PacketDownloaded, PacketConfirmed)


def app(connections: Connections, settings: NotifySettings | None = None, clock: Clock = utc_now) -> Service:
    """Return the service, composed but not started.

    Raises:
        ValueError: there is no secret to sign suppliers' links with.
    """
    settings = settings or NotifySettings()
    service = compose("notify", connections, clock)
    forwards = Forwards(service.database)
    forwarding = Forwarding(forwards, service.ledger, settings.rules(), settings.schedule())
    webhooks = _webhooks(settings, clock)
    dispatching = Dispatching(
        forwards=forwards,
        forwarding=forwarding,
        ledger=service.ledger,
        objects=service.objects,
        partners=PartnersFile(connections.partners),
        links=Links(connections.link_secret),
        public_url=connections.public_url,
        webhooks=webhooks,
        queues=SupplierQueues(service.broker, service.has_started),
        schedule=settings.schedule(),
        lease=timedelta(seconds=settings.lease_s),
        pick_up_within=timedelta(hours=settings.pick_up_within_h),
        clock=clock,
    )
    service.prepares.append(forwards.prepare)
    service.cleanups.append(webhooks.close)
    alerting = partial(alert, rules=settings.rules(), ledger=service.ledger, forwards=forwards)
    service.on("alert", alerting, *_ALERTING)
    service.on("follow", forwarding.follow, *_FORWARDING)
    for number in range(settings.dispatchers):
        service.every(settings.look_every_s, dispatching.dispatch_due, name=f"dispatch.{number}")
    service.every(settings.sweep_every_s, partial(sweep, service.objects, forwards, clock), name="sweep")
    return service


def _webhooks(settings: NotifySettings, clock: Clock) -> Webhooks:
    return Webhooks(
        answer_within_s=settings.answer_within_s,
        allowed=settings.allowed_networks,
        clock=clock,
        ca_file=settings.ca_file,
    )
