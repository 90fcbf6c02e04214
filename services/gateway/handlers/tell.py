"""Asks for notices to citizens when something happened that they should know, and keeps what became of notices."""

from functools import partial
from typing import Any

from services.gateway.domain.documents import Document
from services.gateway.domain.notices import TOLD_OUTSIDE, topic_of, whom
from services.gateway.store.stores import Stores
from shared.events.event import Event, Fact
from shared.events.notify import NoticeFailed, NoticeSent
from shared.events.upload import DocumentFiled, PageChecked
from shared.messaging.ledger import Work

TELLING: tuple[type[Fact], ...] = (*TOLD_OUTSIDE, NoticeSent, NoticeFailed)


async def tell(event: Event[Any], work: Work, *, stores: Stores) -> None:
    """Ask for one notice through each channel of the citizen whom an event concerns, if it is worth one."""
    match event.data:
        case NoticeSent() as fact:
            await stores.reach.told(fact, work.session)
        case NoticeFailed() as fact:
            await stores.reach.failed(fact, work)
            if fact.gone:  # if we die before this, the sweep does it
                work.after_commit(partial(stores.channels.remove_card, fact.channel_id))
        case fact:
            await _ask(fact, stores, work)


async def _ask(fact: Fact, stores: Stores, work: Work) -> None:
    document = await _about(fact, stores, work)
    topic = topic_of(fact, document)
    if topic is None:
        return
    for citizen_id in whom(fact, document):
        for channel in await stores.channels.open_of(citizen_id, work.session):
            work.announce(channel.notice(topic, work.clock()))


async def _about(fact: Fact, stores: Stores, work: Work) -> Document | None:
    match fact:
        case PageChecked(stage="read", verdict="retake"):
            return await stores.documents.with_page(fact.page_id, work.session)
        case DocumentFiled():
            return await stores.documents.if_known(fact.document_id, work.session)
    return None
