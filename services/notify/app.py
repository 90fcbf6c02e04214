"""Composes the notify service: alerts to teams, packets to suppliers, notices to citizens."""

from datetime import timedelta
from functools import partial

from services.notify.client.mail import Mails
from services.notify.client.outside import Outside
from services.notify.client.push import Pushes
from services.notify.client.queue import SupplierQueues
from services.notify.client.webhook import Webhooks
from services.notify.handlers.alerting import alert
from services.notify.handlers.dispatching import Dispatching
from services.notify.handlers.forwarding import Forwarding
from services.notify.handlers.looking import Looking
from services.notify.handlers.sweeping import sweep
from services.notify.handlers.telling import Telling
from services.notify.settings import NotifySettings
from services.notify.store import Forwards, Notices
from shared.clock import Clock, utc_now
from shared.events.callback import CallbackOverdue, CallbackPromised
from shared.events.gateway import (
    AssignmentRequested,
    CitizenUnreached,
    ConsentGiven,
    ConsentRevoked,
    NoticeAsked,
    PacketConfirmed,
    PacketDownloaded,
)
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.links import Links
from shared.partners import PartnersFile
from shared.service import Service, compose
from shared.settings import Connections, MailSettings, PushSettings
from shared.vapid import read_key

_ALERTING = (DocumentFiled, DocumentFailed, CallbackPromised, CallbackOverdue, AssignmentRequested, CitizenUnreached)
_FORWARDING = (ConsentGiven, ConsentRevoked, DocumentFiled, DocumentFailed, PacketDownloaded, PacketConfirmed)


def app(
    connections: Connections,
    settings: NotifySettings | None = None,
    clock: Clock = utc_now,
    *,
    mail: MailSettings | None = None,
    push: PushSettings | None = None,
) -> Service:
    """Return the service, composed but not started.

    Raises:
        ValueError: there is no secret to sign suppliers' links with, or the file named for push holds no key.
    """
    settings = settings or NotifySettings()
    service = compose("notify", connections, clock)
    outside = _outside(settings)
    service.cleanups.append(outside.close)
    _suppliers(service, settings, outside, clock)
    mails, pushes = _mails(mail or MailSettings(), clock), _pushes(push or PushSettings(), service, outside)
    _citizens(service, settings, mails, pushes)
    return service


def _suppliers(service: Service, settings: NotifySettings, outside: Outside, clock: Clock) -> None:
    """Alert teams, and take packets to suppliers."""
    connections, forwards = service.connections, Forwards(service.database)
    forwarding = Forwarding(forwards, service.ledger, settings.rules(), settings.schedule())
    dispatching = Dispatching(
        forwards=forwards,
        forwarding=forwarding,
        ledger=service.ledger,
        objects=service.objects,
        partners=PartnersFile(connections.partners),
        links=Links(connections.link_secret),
        public_url=connections.public_url,
        webhooks=Webhooks(outside, clock),
        queues=SupplierQueues(service.broker, service.has_started),
        schedule=settings.schedule(),
        looking=Looking(settings.look_every_s),
        lease=timedelta(seconds=settings.lease_s),
        pick_up_within=timedelta(hours=settings.pick_up_within_h),
        clock=clock,
    )
    service.prepares.append(forwards.prepare)
    service.inventories.append(forwards.inventory)
    alerting = partial(alert, rules=settings.rules(), ledger=service.ledger, forwards=forwards)
    service.on("alert", alerting, *_ALERTING)
    service.on("follow", forwarding.follow, *_FORWARDING)
    for number in range(settings.dispatchers):
        service.every(settings.look_every_s, dispatching.dispatch, name=f"dispatch.{number}")
    every = timedelta(seconds=settings.sweep_every_s)
    service.every(settings.sweep_every_s, partial(sweep, service.objects, forwards, clock, every), name="sweep")


def _citizens(service: Service, settings: NotifySettings, mails: Mails | None, pushes: Pushes | None) -> None:
    """Tell citizens through the channels they chose, as far as the operator offers any."""
    notices = Notices(service.database)
    telling = Telling(
        notices=notices,
        ledger=service.ledger,
        objects=service.objects,
        mails=mails,
        pushes=pushes,
        quiet=settings.quiet(),
        schedule=settings.schedule(),
        looking=Looking(settings.look_every_s),
        lease=timedelta(seconds=settings.lease_s),
        clock=service.clock,
    )
    service.prepares.append(notices.prepare)
    service.on("tell", telling.ask, NoticeAsked)
    for number in range(settings.tellers):
        service.every(settings.look_every_s, telling.tell, name=f"tell.{number}")


def _mails(mail: MailSettings, clock: Clock) -> Mails | None:
    return Mails(mail, clock) if mail.offered else None


def _pushes(push: PushSettings, service: Service, outside: Outside) -> Pushes | None:
    if push.key is None:
        return None
    contact = push.contact or service.connections.public_url
    return Pushes(outside, read_key(push.key), contact, service.clock)


def _outside(settings: NotifySettings) -> Outside:
    return Outside(
        answer_within_s=settings.answer_within_s, allowed=settings.allowed_networks, ca_file=settings.ca_file
    )
