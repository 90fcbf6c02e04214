"""What the routes work with; put together by `app.py`, found again through the request."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from services.gateway.client.openid import OpenIdProvider
from services.gateway.client.printer import Printer
from services.gateway.domain.limits import Limits, Patience
from services.gateway.domain.texts import Texts
from services.gateway.routes.at_once import AtOnce
from services.gateway.routes.press import Press
from services.gateway.routes.rates import Rates
from services.gateway.routes.tokens import Tokens
from services.gateway.store.feed import Feed
from services.gateway.store.stores import Stores
from shared.clock import Clock
from shared.links import Links
from shared.partners import PartnersFile
from shared.push_services import PushServices
from shared.shares import Slots


@dataclass(frozen=True, slots=True)
class Windows:
    """How long links work, in days."""

    download_days: int
    confirm_days: int


@dataclass(frozen=True, slots=True)
class Offered:
    """The ways to be told that an operator offers: e-mail, and the key for browsers, or none of them."""

    email: bool = False
    push_key: str | None = None
    push_services: PushServices = field(default_factory=PushServices)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a route may use."""

    stores: Stores
    partners: PartnersFile
    texts: Texts
    links: Links
    rates: Rates
    limits: Limits
    windows: Windows
    patience: Patience
    uploads: AtOnce
    downloads: AtOnce
    feed: Feed
    clock: Clock
    printer: Printer
    press: Press
    tokens: Tokens
    streams: Slots
    offered: Offered
    login: OpenIdProvider | None = None

    @property
    def supplier_names(self) -> dict[str, str]:
        """The names of all suppliers, by id."""
        return {supplier.id: supplier.name for supplier in self.partners.current().suppliers}


def parts_of(request: Request) -> Parts:
    """Return the parts of the application that serves `request`."""
    parts: Parts = request.app.state.parts
    return parts


async def _ready(request: Request) -> Parts:
    return parts_of(request)


# FastAPI runs a dependency that is a plain function in a thread: a third of the time of a small answer.
Ready = Annotated[Parts, Depends(_ready)]


async def language_of(request: Request, parts: Ready) -> str:
    """Return the language the client asks for, German if none fits."""
    return parts.texts.language(request.headers.get("accept-language"))


InLanguage = Annotated[str, Depends(language_of)]
