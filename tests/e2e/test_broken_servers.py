"""What was accepted is filed, whatever dies in between."""

import asyncio
from pathlib import Path

import pytest

from deploy.local.stack import LocalStack
from tests.e2e.citizen import Citizen
from tests.e2e.system import System

pytestmark = pytest.mark.live


@pytest.fixture
async def citizen(system: System, photo: Path) -> Citizen:
    """A citizen with a good photograph."""
    return await Citizen.activated(system.gateway_url, system.new_code(), photo)


async def test_services_killed_between_commit_and_publish(system: System, stack: LocalStack, citizen: Citizen) -> None:
    """Killed after the commit and before the publish, the services announce the submission at the next start, once."""
    await stack.rabbit.freeze()
    try:
        receipt = await citizen.hand_in()
        await system.services.kill()
    finally:
        await stack.rabbit.thaw()
    await system.start()
    await citizen.until_filed(receipt["document_id"])
    kinds = await citizen.kinds_of(receipt["document_id"])
    assert kinds.count("document.filed") == 1, kinds


async def test_broker_killed_under_load(system: System, stack: LocalStack, citizen: Citizen) -> None:
    """Submissions around a kill -9 of the broker, one while it is down, have a receipt and are filed once each."""
    submissions = [asyncio.create_task(citizen.hand_in()) for _ in range(5)]
    await submissions[0]
    await stack.rabbit.kill()
    try:
        receipts = [await submission for submission in submissions]
        receipts.append(await citizen.hand_in())
    finally:
        await stack.rabbit.start()
    for receipt in receipts:
        assert receipt["receipt_number"]
        await citizen.until_filed(receipt["document_id"], seconds=150)
        kinds = await citizen.kinds_of(receipt["document_id"])
        assert kinds.count("document.filed") == 1, kinds
    # Alerts for a team that no tool serves here are kept apart; nothing may have failed.
    assert not [queue for queue in system.dead() if queue["queue"].endswith(".dead") and queue["messages"]]
