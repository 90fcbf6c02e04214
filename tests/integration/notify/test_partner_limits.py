"""A partner that is absent, or that connects without end, takes no more of the broker than its part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aio_pika
import httpx
import pytest
from aiormq.exceptions import InvalidFrameError
from prometheus_client import REGISTRY

from deploy.local.stack import LocalStack
from services.broker_admin import POLICY
from services.notify.settings import NotifySettings
from shared.events.gateway import CitizenUnreached
from shared.events.notify import ForwardSent
from shared.ids import new_id
from tests import loopback
from tests.integration.notify.conftest import Place, corner, working
from tests.integration.notify.quick import QUICK
from tests.integration.notify.world import World, now, world
from tests.waiting import until

pytestmark = pytest.mark.live

SMALL = {"AMTSBOTE_PARTNER_QUEUE_LENGTH": "2", "AMTSBOTE_PARTNER_CONNECTIONS": "2"}


@asynccontextmanager
async def narrow(stack: LocalStack, folder: Path) -> AsyncIterator[Place]:
    """Return a corner in which a partner's queue takes some two messages, and its login two connections."""
    async with corner(stack.environment, folder) as place:
        yield replace(place, environment=place.environment | SMALL)


@asynccontextmanager
async def running(place: Place, **changed: Any) -> AsyncIterator[World]:
    """Run notify there."""
    settings = NotifySettings.model_validate(QUICK.model_dump() | changed)
    async with (
        working(place, settings) as service,
        world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
    ):
        yield events


async def take(partner: dict[str, str]) -> list[bytes]:
    """Take everything that waits in a partner's queue, with its own login."""
    taken = []
    async with await aio_pika.connect(partner["amqp_url"]) as connection:
        queue = await (await connection.channel()).get_queue(partner["queue"], ensure=False)
        while message := await queue.get(fail=False, timeout=10):
            await message.ack()
            taken.append(message.body)
    return taken


async def test_a_full_queue_costs_no_tries_and_loses_nothing(stack: LocalStack, tmp_path: Path) -> None:
    """What does not fit into an absent supplier's queue waits with us, and comes once there is room."""
    async with narrow(stack, tmp_path) as place:
        supplier = place.add_supplier("--queue")
        async with running(place, left_alone_s=0.3, left_alone_at_most_s=0.3, delays_s=[0, *[0.2] * 40]) as events:
            for _ in range(8):
                await events.forward(supplier["id"])
            await events.until_true(lambda: len(events.all(ForwardSent)) >= 2)
            other = place.add_supplier("--queue")
            document = await events.forward(other["id"])
            await events.until(ForwardSent, document_id=document.document_id)
            assert len(events.all(ForwardSent, supplier_id=supplier["id"])) < 8
            taken: list[bytes] = []

            async def all_there() -> bool:
                taken.extend(await take(supplier))
                return len(events.all(ForwardSent, supplier_id=supplier["id"])) == len(set(taken)) == 8

            await until(all_there)


async def test_a_full_queue_of_one_tool_holds_up_no_other(stack: LocalStack, tmp_path: Path) -> None:
    """The alerts of a team whose tool is absent wait in our outbox; another team's arrive meanwhile."""
    async with narrow(stack, tmp_path) as place:
        absent, present = place.add_tool("benefits"), place.add_tool("power_cut")
        async with running(place, teams={"power_cut": "power_cut", "sperrandrohung": "power_cut"}) as events:
            unreached = [
                CitizenUnreached(citizen_id=new_id(), topic="news", reason="timeout", failed_at=now()) for _ in range(6)
            ]
            await events.happen(*unreached)

            async def is_full() -> bool:
                queue = await events.channel.declare_queue(absent["queue"], passive=True)
                return (queue.declaration_result.message_count or 0) >= 2

            await until(is_full)
            await events.forward("nobody")  # a document about a power cut
            assert await until(lambda: take(present))
            seen: set[bytes] = set()

            async def all_there() -> bool:
                seen.update(await take(absent))
                return len(seen) == len(unreached)

            await until(all_there)


async def test_a_login_has_so_many_connections(stack: LocalStack, tmp_path: Path) -> None:
    """One more than the limit is refused, and the others go on."""
    async with narrow(stack, tmp_path) as place:
        tool = place.add_tool("power_cut")
        async with await aio_pika.connect(tool["amqp_url"]) as first, await aio_pika.connect(tool["amqp_url"]):
            with pytest.raises(InvalidFrameError, match=r"Connection\.Close"):
                await aio_pika.connect(tool["amqp_url"])
            assert await (await first.channel()).get_queue(tool["queue"], ensure=False)


async def test_partners_of_an_older_version_are_brought_up_to_date(stack: LocalStack, tmp_path: Path) -> None:
    """One command sets the limits of queues and logins that were made without; what is in the queues stays."""
    async with narrow(stack, tmp_path) as place, _management(place) as broker:
        tool, host = place.add_tool("power_cut"), _host(place)
        login = urlsplit(tool["amqp_url"]).username
        policy = f"/api/policies/{host}/{POLICY}"
        (await broker.delete(policy)).raise_for_status()
        for limit in ("max-connections", "max-channels"):
            (await broker.delete(f"/api/user-limits/{login}/{limit}")).raise_for_status()
        for _ in range(2):
            assert place.partners("update").exit_code == 0
        assert (await broker.get(policy)).json()["definition"]["max-length"] == 2
        [limits] = (await broker.get(f"/api/user-limits/{login}")).json()
        assert limits["value"] == {"max-connections": 2, "max-channels": 100}


async def test_who_reads_nothing_is_shown_to_a_person(stack: LocalStack, tmp_path: Path) -> None:
    """The operator sees what waits for whom, and that nobody reads it."""
    async with narrow(stack, tmp_path) as place:
        supplier = place.add_supplier("--queue")
        measured = partial(REGISTRY.get_sample_value, "amtsbote_partner_messages", {"queue": supplier["queue"]})
        async with running(place), await aio_pika.connect(place.environment["AMTSBOTE_RABBIT_URL"]) as connection:
            channel = await connection.channel()
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), supplier["queue"])
            line = f"{supplier['id']}  1 waiting  nobody reads"
            await until(lambda: line in place.partners("waiting").stdout)
            await until(lambda: measured() == 1)


@asynccontextmanager
async def _management(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    async with loopback.client(base_url=place.environment["AMTSBOTE_RABBIT_MANAGEMENT_URL"]) as broker:
        yield broker


def _host(place: Place) -> str:
    return quote(urlsplit(place.environment["AMTSBOTE_RABBIT_URL"]).path[1:], safe="")
