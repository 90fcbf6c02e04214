"""Documents and pages of many citizens, in turns, on the real servers."""

from collections.abc import AsyncIterator
from functools import cache

import pytest
import pytest_asyncio
from pydantic import SecretStr

from deploy.local.stack import LocalStack
from services.upload.app import app
from services.upload.settings import UploadSettings
from shared.events.gateway import DocumentSubmitted
from shared.events.upload import DocumentFiled, PageChecked
from shared.ids import new_id
from shared.service import Service
from shared.settings import Connections
from tests.integration.messaging.conftest import virtual_host
from tests.integration.upload.neighbour import NOW, Neighbour, submitted, uploaded
from tests.unit.upload.drawn import BRIEF, corners, encoded, letter, photograph
from tests.waiting import until_ready

__all__ = ["virtual_host"]

pytestmark = pytest.mark.live

MANY = 40
SMALL = UploadSettings(processes=2, reserved_processes=0, documents_in_hand=8, pages_in_hand=12)


@pytest_asyncio.fixture(loop_scope="session")
async def service(stack: LocalStack, virtual_host: str) -> AsyncIterator[Service]:
    """The upload service with a virtual host of its own: what a test leaves waiting is gone with it."""
    connections = Connections(
        rabbit_url=virtual_host,
        mongo_url=stack.environment["AMTSBOTE_MONGO_URL"],
        s3_url=stack.environment["AMTSBOTE_S3_URL"],
        database_prefix=f"t{new_id()[-8:]}_",
        link_secret=SecretStr("only-for-tests-" * 4),
    )
    running = app(connections, SMALL, clock=lambda: NOW)
    await running.start()
    await until_ready(running)
    yield running
    await running.stop()


@cache
def page() -> bytes:
    """Return the photograph of a letter of few words."""
    return encoded(photograph(letter(BRIEF), corners(900, 1200), (900, 1200)), quality=85)


async def place_of(gateway: Neighbour, document: DocumentSubmitted) -> int:
    """Return how many documents were filed until this one was, itself included."""
    place, filed = 1, await gateway.hears(DocumentFiled)
    while filed.document_id != document.document_id:
        place, filed = place + 1, await gateway.hears(DocumentFiled)
    return place


async def test_forty_documents_of_one_citizen_hold_up_nobody(gateway: Neighbour) -> None:
    """Whoever hands in one document after them has it among the first filed."""
    kept = await gateway.store(page())
    flooding = new_id()
    flood, one = [submitted(kept, citizen_id=flooding) for _ in range(MANY)], submitted(kept)
    await gateway.announce(*flood, one)
    assert await place_of(gateway, one) <= 5


async def test_an_announced_power_cut_is_filed_before_other_documents(gateway: Neighbour) -> None:
    """It does not wait for the documents of others that came before it."""
    kept = await gateway.store(page())
    others = [submitted(kept) for _ in range(6)]
    urgent = submitted(kept, declared_type="sperrankuendigung")
    await gateway.announce(*others, urgent)
    assert await place_of(gateway, urgent) <= 3


async def test_forty_pages_of_one_citizen_hold_up_no_verdict(gateway: Neighbour) -> None:
    """Whoever photographs one page after them is told early whether it is good."""
    kept = [await gateway.store(page()) for _ in range(MANY + 1)]
    flooding = new_id()
    flood = [uploaded(each, len(page())).model_copy(update={"citizen_id": flooding}) for each in kept[:-1]]
    await gateway.announce(*flood, uploaded(kept[-1], len(page())))
    before = 0
    while (checked := await gateway.hears(PageChecked)).page_id != kept[-1].page_id:
        before += checked.stage == "seen"
    assert before <= MANY // 4


async def test_forty_newcomers_hold_up_nobody_whom_we_know(gateway: Neighbour) -> None:
    """Whoever has an account is told early of a page, and has a document early, however many have none."""
    kept = [await gateway.store(page()) for _ in range(MANY + 1)]
    pages = [uploaded(each, len(page())).model_copy(update={"newcomer": True}) for each in kept[:-1]]
    await gateway.announce(*pages, uploaded(kept[-1], len(page())))
    before = 0
    while (checked := await gateway.hears(PageChecked)).page_id != kept[-1].page_id:
        before += checked.stage == "seen"
    assert before <= MANY // 4
    one = submitted(kept[-1])
    await gateway.announce(*[submitted(each, newcomer=True) for each in kept[:-1]], one)
    assert await place_of(gateway, one) <= 5
