"""The web app: all pages, and around them what holds for every request."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.client.openid import CALLBACK
from services.gateway.pages import (
    about,
    applications,
    callbacks,
    camera,
    channels,
    check,
    consents,
    devices,
    document_page,
    documents,
    hand_in,
    home,
    installed,
    live,
    login,
    newcomers,
    nowhere,
    outline,
    people,
    pictures,
    sending,
    statics,
    things,
    trusted,
    worker,
)
from services.gateway.pages.acting import ForPerson
from services.gateway.pages.errors import refuse
from services.gateway.pages.look import Look
from services.gateway.pages.origin import OwnForms
from services.gateway.routes.head import Head
from services.gateway.routes.parts import Parts
from services.gateway.routes.patience import Deadline, SmallBodies
from services.gateway.routes.problems import install

ROOMS = (
    home,
    newcomers,
    applications,
    login,
    hand_in,
    camera,
    sending,
    documents,
    document_page,
    consents,
    things,
    callbacks,
    devices,
    trusted,
    people,
    channels,
    pictures,
    outline,
    live,
    check,
    about,
    installed,
    statics,
    worker,
    nowhere,  # takes what no other room has
)
# Files are read from these as they come, and never wholly into memory.
STREAMED = frozenset({hand_in.UPLOAD, document_page.AGAIN, sending.PATH, sending.PATH + "/", check.UPLOAD})
# A login is used up by coming back from the provider, and news has no end.
ONLY_GET = (CALLBACK, live.PATH)


def site(parts: Parts, look: Look, *, deadline_s: float) -> ASGIApp:
    """Return the application, outermost layer first."""
    pages = _pages(parts, look)
    in_time = Deadline(Head(pages, ONLY_GET), refuse, deadline_s)
    small = SmallBodies(in_time, refuse, parts.limits, parts.patience, STREAMED)
    guarded = ForPerson(OwnForms(small, refuse, channels.OFF, secure=look.secure))

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = pages  # a layer that refuses makes a page, too
        await guarded(scope, receive, send)

    return served


def _pages(parts: Parts, look: Look) -> FastAPI:
    pages = FastAPI(title="Amtsbote", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.state.parts = parts
    pages.state.look = look
    for room in ROOMS:
        pages.include_router(room.router)
    install(pages, refuse)
    return pages
