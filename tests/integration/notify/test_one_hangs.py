"""A supplier that hangs delays no other, and a push service's strangers delay no citizen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from services.notify.settings import NotifySettings
from shared.cards import key_of
from shared.events.gateway import NoticeAsked, NoticeTopic
from shared.events.notify import AlertRaised, ForwardFailed, ForwardSent, NoticeSent
from shared.ids import new_id
from shared.service import Service
from shared.settings import PushSettings
from shared.vapid import make_key
from tests.integration.notify.conftest import Place, corner, working
from tests.integration.notify.quick import AWAKE, QUICK
from tests.integration.notify.silent_server import SilentServer
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.teller import Browser, Teller
from tests.integration.notify.world import World, now, world
from tests.mail_server import MailServer
from tests.waiting import until

pytestmark = pytest.mark.live

# A try is held for longer than anybody else may have to wait.
HELD = {"answer_within_s": 60, "lease_s": 120}
SOON_S = 30


@dataclass(frozen=True, slots=True)
class Office:
    """A notify service with one supplier that hangs and one that works."""

    place: Place
    service: Service
    events: World
    silent: SilentServer
    stuck: str
    other: str

    async def forwards(self, count: int) -> None:
        """Let so many packets go to the supplier that hangs."""
        for _ in range(count):
            await self.events.forward(self.stuck)

    async def other_is_told(self) -> None:
        """Let a power cut be told to the supplier that works; fails if that takes long."""
        document = await self.events.forward(self.other)
        await self.events.until(ForwardSent, SOON_S, document_id=document.document_id)

    async def rows(self, **like: Any) -> list[dict[str, Any]]:
        """Return what is kept for the supplier that hangs."""
        found = self.service.database.forwards.find({"supplier_id": self.stuck, **like})
        return await found.to_list(None)


@asynccontextmanager
async def office(stack: LocalStack, folder: Path, supplier: SupplierServer, **changed: Any) -> AsyncIterator[Office]:
    """Open an office of its own, with these settings changed."""
    settings = NotifySettings.model_validate(QUICK.model_dump() | changed)
    async with (
        SilentServer().serving() as silent,
        corner(stack.environment, folder) as place,
        working(place, settings) as service,
        world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
    ):
        stuck = place.add_supplier("--webhook", f"{silent.url}/never")["id"]
        other = place.add_supplier("--webhook", supplier.url)["id"]
        yield Office(place, service, events, silent, stuck, other)


async def test_a_supplier_that_hangs_delays_no_other(
    stack: LocalStack, supplier: SupplierServer, tmp_path: Path
) -> None:
    """With eight packets for a server that never answers, another supplier hears of its power cut within seconds."""
    async with office(stack, tmp_path, supplier, **HELD) as our:
        await our.forwards(8)
        await our.silent.until_held(2)
        await our.other_is_told()
        assert our.silent.came == our.silent.held == 2


@pytest.mark.parametrize("since", ["now", "the version before"])
async def test_a_thousand_for_one_that_hangs_delay_no_other(
    stack: LocalStack, supplier: SupplierServer, tmp_path: Path, since: str
) -> None:
    """A long line for one server is passed over, also the part that a version before this one kept."""
    async with office(stack, tmp_path, supplier, **HELD) as our:
        await our.forwards(3)
        await our.silent.until_held(2)
        [waiting, *_] = await until(lambda: our.rows(attempt=0))
        if since == "the version before":
            del waiting["to"], waiting["rank"]
        longer = waiting["due_at"] - timedelta(hours=1)
        copies = [{**waiting, "_id": new_id(), "consent_id": new_id(), "due_at": longer} for _ in range(1000)]
        await our.service.database.forwards.insert_many(copies)
        await our.other_is_told()
        assert our.silent.came == 2


async def test_a_supplier_that_is_silent_is_left_alone_and_uses_up_no_tries(
    stack: LocalStack, supplier: SupplierServer, tmp_path: Path
) -> None:
    """After three tries in vain the rest waits untried; what waits for longer than all tries take goes to a person."""
    changed = {"answer_within_s": 0.3, "left_alone_s": 3600, "left_alone_at_most_s": 3600}
    async with office(stack, tmp_path, supplier, **changed) as our:
        await our.forwards(12)
        await until(lambda: our.silent.came >= 3)
        for _ in range(5):
            await our.other_is_told()
        assert our.silent.came <= 4
        untried = await our.rows(attempt=0)
        assert len(untried) >= 8
        one = {"_id": untried[0]["_id"]}
        await our.service.database.forwards.update_one(one, {"$set": {"due_at": now() - timedelta(hours=2)}})
        failed = await our.events.until(ForwardFailed, forward_id=untried[0]["_id"])
        assert failed.reason == "timeout"
        await our.events.until(AlertRaised, about_id=untried[0]["document_id"], kind="forward_failed")
        assert our.silent.came <= 4


@pytest_asyncio.fixture(loop_scope="session")
async def pushing(stack: LocalStack, tmp_path: Path) -> AsyncIterator[tuple[Teller, SilentServer]]:
    """Return a teller and the one push service it knows, which answers at `/hook` and hangs for everything else."""
    key = make_key(tmp_path / "push.json")
    async with SilentServer(answers_hook=True).serving() as service, corner(stack.environment, tmp_path) as place:
        push = PushSettings(key=tmp_path / "push.json", trial_origins=(service.url,), answer_within_s=60)
        settings = AWAKE.model_copy(update={"lease_s": 120, "gather_s": 0})
        async with (
            working(place, settings, push=push) as running,
            world(place.environment["AMTSBOTE_RABBIT_URL"], running.objects) as events,
        ):
            yield Teller(running, events, MailServer(), key, SupplierServer()), service


async def _ask(teller: Teller, url: str, topic: NoticeTopic, *, newcomer: bool) -> str:
    channel_id = await teller.open(subscription=Browser().subscription(url))
    asked = NoticeAsked(
        channel_id=channel_id, topic=topic, card_key=key_of(channel_id), asked_at=now(), newcomer=newcomer
    )
    await teller.events.happen(asked)
    return channel_id


async def test_strangers_whose_pushes_hang_delay_no_citizen(pushing: tuple[Teller, SilentServer]) -> None:
    """Ten newcomers' pushes hang at the push service that a citizen's browser uses: the citizen is told at once."""
    teller, service = pushing
    for _ in range(10):
        await _ask(teller, f"{service.url}/never", "test", newcomer=True)
    await service.until_held(2)
    channel_id = await _ask(teller, f"{service.url}/hook", "test", newcomer=False)
    await teller.events.until(NoticeSent, SOON_S, channel_id=channel_id)
    assert service.came == service.held == 2


async def test_what_hangs_for_citizens_delays_no_urgent_word(pushing: tuple[Teller, SilentServer]) -> None:
    """News by a service that hangs leaves room for mail and other services; here the next in line is the second."""
    teller, service = pushing
    await _ask(teller, f"{service.url}/never", "news", newcomer=False)
    await service.until_held(1)
    for _ in range(4):
        await _ask(teller, f"{service.url}/hook", "news", newcomer=False)
    channel_id = await _ask(teller, f"{service.url}/hook", "urgent", newcomer=False)
    await teller.events.until(NoticeSent, SOON_S, channel_id=channel_id)


async def test_a_notice_that_the_version_before_kept_is_told(pushing: tuple[Teller, SilentServer]) -> None:
    """A row without a line, which no handler of this process brought, is found and told."""
    teller, service = pushing
    channel_id = await _ask(teller, f"{service.url}/hook", "test", newcomer=False)
    await teller.events.until(NoticeSent, SOON_S, channel_id=channel_id)
    without = {"$unset": dict.fromkeys(("host", "to", "rank", "newcomer"), ""), "$set": {"due_at": now()}}
    await teller.service.database.notices.update_one({"channel_id": channel_id}, without)
    await teller.events.until_true(lambda: len(teller.events.all(NoticeSent, channel_id=channel_id)) == 2)
