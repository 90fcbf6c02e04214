"""Every fact has a reader, or is declared to have none."""

import secrets

import pytest
from pydantic import SecretStr

from services.names import names
from services.run import load
from shared.events.event import Fact
from shared.events.notify import AlertRaised, PacketOffered
from shared.settings import Connections
from tests.contract.events import facts

PARTNERS: set[type[Fact]] = {AlertRaised, PacketOffered}  # to queues of tools and suppliers


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.type)
async def test_a_fact_is_read_or_declared_unread(fact: type[Fact]) -> None:
    """An event that no service subscribes to would fill the queue of unrouted messages in normal use."""
    services = load(names(), Connections(link_secret=SecretStr(secrets.token_urlsafe(32))))
    read = {kind for service in services for kinds in service.consumers.values() for kind in kinds}
    for service in services:
        await service.stop()
    assert fact.unread != (fact.type in read or fact in PARTNERS)
