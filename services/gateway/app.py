"""Puts the gateway together: the only module here that knows which class does which."""

from datetime import timedelta
from functools import partial
from typing import Any

from services.gateway.client.openid import OpenIdProvider
from services.gateway.client.printer import Printer
from services.gateway.domain.channels import Cards
from services.gateway.domain.texts import Texts
from services.gateway.handlers.arrive import arrive
from services.gateway.handlers.end_mandates import end_mandates
from services.gateway.handlers.project import FOLLOWED, project
from services.gateway.handlers.reconcile import reconcile
from services.gateway.handlers.sweep import (
    forget,
    sweep_cards,
    sweep_expired,
    sweep_removed,
    sweep_transfers,
    sweep_unsent,
)
from services.gateway.handlers.tell import TELLING, tell
from services.gateway.pages.assets import load_assets
from services.gateway.pages.look import Look, Office, look
from services.gateway.pages.site import site
from services.gateway.pages.words import load_words
from services.gateway.routes.at_once import AtOnce
from services.gateway.routes.parts import Offered, Parts, Windows
from services.gateway.routes.press import Press
from services.gateway.routes.rates import Rates
from services.gateway.routes.tokens import Tokens
from services.gateway.routes.web import web
from services.gateway.settings import GatewaySettings
from services.gateway.store.catalogues import load_texts
from services.gateway.store.feed import Feed
from services.gateway.store.forgetting import Forgetting
from services.gateway.store.receipt_keys import read_keys
from services.gateway.store.receipts import Receipts
from services.gateway.store.repeats import Repeats
from services.gateway.store.stores import Stores, stores
from shared.clock import Clock, utc_now
from shared.composition import compose
from shared.links import Links
from shared.partners import PartnersFile
from shared.service import Service
from shared.settings import Connections, MailSettings, PushSettings
from shared.shares import Slots
from shared.telemetry.health import Check, database_check
from shared.vapid import read_key

WATCH_AGAIN_S = 1.0
MOST_STREAMS = 2000


def app(
    connections: Connections,
    settings: GatewaySettings | None = None,
    clock: Clock = utc_now,
    *,
    mail: MailSettings | None = None,
    push: PushSettings | None = None,
) -> Service:
    """Compose the gateway; nothing is connected yet.

    Raises:
        ValueError: there is no link secret; a file named for receipts' keys or for push is none; or what is set for an
            identity provider is not whole.
    """
    settings = settings or GatewaySettings()
    service = compose("gateway", connections, clock)
    texts, links = load_texts(), Links(connections.link_secret)
    receipts = _receipts(texts, settings, connections)
    kept = _stores(service, receipts, Cards(texts, links, connections.public_url), settings)
    feed = Feed(service.database, kept.timeline, clock, service.stopping)
    parts = Parts(
        stores=kept,
        partners=PartnersFile(connections.partners),
        texts=texts,
        links=links,
        **_bounds(settings),
        feed=feed,
        clock=clock,
        printer=Printer(),
        offered=_offered(mail or MailSettings(), push or PushSettings()),
        login=_login(service, settings),
    )
    _serve(service, parts, settings)
    _follow(service, kept, feed)
    _upkeep(service, kept, settings)
    return service


def _bounds(settings: GatewaySettings) -> dict[str, Any]:
    return {
        "rates": Rates(settings.rates),
        "limits": settings.limits,
        "windows": Windows(settings.download_valid_days, settings.confirm_valid_days),
        "patience": settings.patience,
        "press": Press(),
        "tokens": Tokens(),
        "streams": Slots(MOST_STREAMS),
        "uploads": AtOnce("uploads.too_many", settings.uploads_at_once),
        "downloads": AtOnce("downloads.too_many", settings.downloads_at_once),
    }


def _stores(service: Service, receipts: Receipts, cards: Cards, settings: GatewaySettings) -> Stores:
    limits, clock = settings.limits, service.clock
    kept = stores(service.database, service.ledger, service.objects, receipts, cards, limits=limits, clock=clock)
    service.prepares.append(kept.prepare)
    service.account_for(*kept.swept, sweep_every_s=settings.sweep_every_s)
    service.inventories.append(kept.channels.inventory)  # it sweeps its cards itself, all of them each time
    return kept


def _serve(service: Service, parts: Parts, settings: GatewaySettings) -> None:
    pages = site(parts, _look(parts, settings, service.connections), deadline_s=settings.deadline_s)
    service.web, service.web_port = web(parts, pages, deadline_s=settings.deadline_s), settings.port
    service.cleanups.append(parts.printer.close)
    service.ready_checks = [database_check(service.client), _objects_check(service), _keys_check(parts.stores.receipts)]


def _look(parts: Parts, settings: GatewaySettings, connections: Connections) -> Look:
    office = Office(
        name=settings.office_name,
        imprint=settings.imprint,
        privacy=settings.privacy,
        accessibility=settings.accessibility,
        feedback_email=settings.feedback_email,
    )
    secure = connections.public_url.startswith("https:")
    return look(parts.texts, load_words(), load_assets(), office, secure=secure)


def _login(service: Service, settings: GatewaySettings) -> OpenIdProvider | None:
    if settings.provider is None:
        return None
    login = OpenIdProvider(settings.provider, service.connections.public_url, service.clock)
    service.cleanups.append(login.close)
    return login


def _receipts(texts: Texts, settings: GatewaySettings, connections: Connections) -> Receipts:
    keys = read_keys(settings.receipt_keys) if settings.receipt_keys else None
    return Receipts(settings.office_name, connections.public_url, texts, keys)


def _offered(mail: MailSettings, push: PushSettings) -> Offered:
    return Offered(mail.offered, read_key(push.key).public if push.key else None, push.services)


def _follow(service: Service, kept: Stores, feed: Feed) -> None:
    service.once("project", partial(project, stores=kept), *FOLLOWED)
    service.gave_up("tell", "project", partial(tell, stores=kept), *TELLING)
    service.every(WATCH_AGAIN_S, feed.watch, name="feed")
    service.every(WATCH_AGAIN_S, feed.end, name="feed.end")


def _upkeep(service: Service, kept: Stores, settings: GatewaySettings) -> None:
    after = timedelta(seconds=settings.repeat_after_s)
    tenant = service.connections.tenant
    repeats = Repeats(service.database, service.ledger, service.clock, tenant=tenant, after=after)
    service.every(settings.reconcile_every_s, partial(reconcile, repeats), name="reconcile")
    service.every(settings.end_mandates_every_s, partial(end_mandates, kept.mandates), name="end_mandates")
    service.every(settings.arrive_every_s, partial(arrive, kept, service.clock), name="arrive")
    service.every(settings.arrive_every_s, partial(sweep_removed, kept, service.clock), name="sweep.removed")
    unsent_after = timedelta(days=settings.unsent_page_days)
    for name, work in {
        "sweep.channels": partial(sweep_cards, kept.channels),
        "sweep.expired": partial(sweep_expired, kept.expiring, service.clock),
        "sweep.uploads": partial(sweep_transfers, kept),
        "sweep.unsent": partial(sweep_unsent, kept, service.clock, unsent_after),
        "forget": partial(forget, Forgetting(service.database, service.ledger, kept, service.clock), service.clock),
    }.items():
        service.every(settings.sweep_every_s, work, name=name)


def _keys_check(receipts: Receipts) -> Check:
    async def ask() -> str | None:
        return None if receipts.keys else "AMTSBOTE_GATEWAY_RECEIPT_KEYS names no file"

    return Check("receipt keys", ask)


def _objects_check(service: Service) -> Check:
    async def ask() -> str | None:
        return None if await service.objects.answers() else "does not answer"

    return Check("objects", ask)
