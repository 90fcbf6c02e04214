"""Composes the notify service: alerts to teams, packets to suppliers, notices to citizens."""

from datetime import timedelta
from functools import partial

from services.notify.client.address import LOOPBACK
from services.notify.client.mail import Mails
from services.notify.client.outside import Outside
from services.notify.client.push import Pushes
from services.notify.client.queue import SupplierQueues
from services.notify.client.webhook import Webhooks
from services.notify.handlers.admission import Admission
from services.notify.handlers.alerting import ALERTING, alert
from services.notify.handlers.dispatching import Dispatching
from services.notify.handlers.forwarding import FOLLOWED, Forwarding
from services.notify.handlers.looking import Looking
from services.notify.handlers.measuring import measure
from services.notify.handlers.sweeping import sweep
from services.notify.handlers.telling import Telling
from services.notify.settings import NotifySettings
from services.notify.store.forwards import Forwards
from services.notify.store.notices import Notices
from shared.clock import Clock, utc_now
from shared.composition import compose
from shared.events.gateway import NoticeAsked
from shared.links import Links
from shared.partners import PartnersFile
from shared.service import Service
from shared.settings import Connections, MailSettings, PushSettings
from shared.vapid import read_key

GIVE_UP_EVERY = MEASURE_EVERY = 60  # looks


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
    mails, pushes = _mails(mail or MailSettings(), clock), _pushes(push or PushSettings(), service)
    _citizens(service, settings, mails, pushes)
    return service


def _suppliers(service: Service, settings: NotifySettings, outside: Outside, clock: Clock) -> None:
    """Alert teams, and take packets to suppliers."""
    looking, admission = _admission(settings.dispatchers, settings, clock)
    forwards = Forwards(service.database, looking.ring)
    forwarding = Forwarding(forwards, settings.rules(), settings.schedule())
    partners, queues = PartnersFile(service.connections.partners), SupplierQueues(service.broker, service.has_started)
    dispatching = Dispatching(
        forwards=forwards,
        forwarding=forwarding,
        ledger=service.ledger,
        objects=service.objects,
        partners=partners,
        links=Links(service.connections.link_secret),
        public_url=service.connections.public_url,
        webhooks=Webhooks(outside, clock),
        queues=queues,
        schedule=settings.schedule(),
        looking=looking,
        admission=admission,
        lease=timedelta(seconds=settings.lease_s),
        pick_up_within=timedelta(hours=settings.pick_up_within_h),
        clock=clock,
    )
    service.prepares.append(forwards.prepare)
    service.inventories.append(forwards.inventory)
    service.once("follow", forwarding.follow, *FOLLOWED)
    service.gave_up("alert", "follow", partial(alert, rules=settings.rules(), forwards=forwards), *ALERTING)
    _work(service, settings, admission, dispatch=dispatching)
    service.every(MEASURE_EVERY * settings.look_every_s, partial(measure, partners, queues), name="measure_partners")
    every = timedelta(seconds=settings.sweep_every_s)
    service.every(settings.sweep_every_s, partial(sweep, service.objects, forwards, clock, every), name="sweep")


def _citizens(service: Service, settings: NotifySettings, mails: Mails | None, pushes: Pushes | None) -> None:
    """Tell citizens through the channels they chose, as far as the operator offers any."""
    looking, admission = _admission(settings.tellers, settings, service.clock)
    notices = Notices(service.database, looking.ring)
    telling = Telling(
        notices=notices,
        ledger=service.ledger,
        objects=service.objects,
        mails=mails,
        pushes=pushes,
        quiet=settings.quiet(),
        schedule=settings.schedule(),
        looking=looking,
        admission=admission,
        lease=timedelta(seconds=settings.lease_s),
        clock=service.clock,
    )
    service.prepares.append(notices.prepare)
    service.once("tell", telling.ask, NoticeAsked)
    _work(service, settings, admission, tell=telling)


def _work(service: Service, settings: NotifySettings, admission: Admission, **kinds: Dispatching | Telling) -> None:
    """Let as many workers run as there are places, and one that gives up what waits for too long."""
    for name, kind in kinds.items():
        for number in range(admission.workers):
            service.every(settings.look_every_s, kind.work, name=f"{name}.{number}")
        service.every(GIVE_UP_EVERY * settings.look_every_s, kind.give_up, name=f"{name}.give_up")


def _admission(at_once: int, settings: NotifySettings, clock: Clock) -> tuple[Looking, Admission]:
    looking, breakers = Looking(settings.look_every_s), settings.breakers()
    return looking, Admission(
        at_once=at_once, each=settings.at_once_each, breakers=breakers, bell=looking.ring, clock=clock
    )


def _mails(mail: MailSettings, clock: Clock) -> Mails | None:
    return Mails(mail, clock) if mail.offered else None


def _pushes(push: PushSettings, service: Service) -> Pushes | None:
    """Return the way to browsers: of its own, as strangers name its addresses and nothing inside is open to it."""
    if push.key is None:
        return None
    outside = Outside(answer_within_s=push.answer_within_s, allowed=LOOPBACK if push.trial_origins else ())
    service.cleanups.append(outside.close)
    contact = push.contact or service.connections.public_url
    return Pushes(outside, push.services, read_key(push.key), contact, service.clock)


def _outside(settings: NotifySettings) -> Outside:
    return Outside(
        answer_within_s=settings.answer_within_s, allowed=settings.allowed_networks, ca_file=settings.ca_file
    )
