"""Taking pages for somebody else with a bad network: they reach that person or nobody, and nothing is lost silently."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.citizen import Citizen
from tests.e2e.pages.conftest import Open
from tests.e2e.pages.helping import accept, invite
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.pages.test_offline import Parts, lose_network_after_first_part
from tests.e2e.system import System

pytestmark = pytest.mark.live

AMINA, BORIS = "Amina Yildiz", "Boris Kern"


@pytest_asyncio.fixture(loop_scope="session")
async def amina(system: System, letters: tuple[Path, Path]) -> AsyncIterator[Citizen]:
    """Somebody who is helped."""
    citizen = await Citizen.activated(system.gateway_url, system.new_code(), letters[1])
    yield citizen
    await citizen.http.aclose()


async def _helps(phone: Phone, citizen: Citizen, name: str) -> str:
    """Let the phone act for a citizen; return where their pages are."""
    mandate = await invite(citizen, name)
    await accept(phone, mandate["code"])
    return f"/for/{mandate['mandate_id']}"


async def _has(phone: Phone, base: str, count: int) -> None:
    """See how many pages wait to be handed in for somebody."""
    await phone.go(f"{base}/hand-in")
    await expect(phone.page.locator("#draft .sheet")).to_have_count(count)


async def test_a_page_reaches_the_person_it_was_taken_for(
    phone: Phone, system: System, amina: Citizen, letters: tuple[Path, Path]
) -> None:
    """Without network nothing is taken for anybody whose name cannot be shown; with it a page goes where it belongs."""
    boris = await Citizen.activated(system.gateway_url, system.new_code(), letters[1])
    second = await _helps(phone, boris, BORIS)
    first = await _helps(phone, amina, AMINA)
    await phone.go(f"{first}/hand-in")
    await phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await phone.context.set_offline(offline=True)
    await phone.take(letters[1])
    await expect(phone.page.locator("[data-local]")).to_contain_text("Kein Netz")
    await phone.go(f"{second}/hand-in")
    await expect(phone.page.locator("[data-others]")).to_be_visible()
    await expect(phone.page.get_by_role("link", name="Seiten ohne Netz fotografieren")).to_have_count(0)
    queue = phone.page.locator("[data-queue]")
    await expect(queue).to_contain_text("Seiten, die noch nicht bei uns sind: 1")
    await queue.locator("summary").click()
    await expect(queue.locator(".sheet")).to_contain_text(f"Für {AMINA}")
    assert await phone.axe() == []
    await phone.context.set_offline(offline=False)
    await expect(phone.page.locator(".acting")).to_contain_text(BORIS)  # the page that was wanted, by itself
    await expect(queue.locator("[data-arrived]")).to_contain_text(f"Für {AMINA}")
    await expect(phone.page.locator(".sheet")).to_have_count(0)
    assert await phone.axe() == []
    for base, count in ((second, 0), ("", 0), (first, 1)):
        await _has(phone, base, count)
    await boris.http.aclose()


@pytest.mark.parametrize("begun", [True, False], ids=["begun", "not_begun"])
async def test_the_end_of_a_mandate_is_said_and_the_page_kept(
    opened: Open, amina: Citizen, big: Path, *, begun: bool
) -> None:
    """Revoked while a page waits: every page says that it did not arrive, and for whom, until it is discarded."""
    phone = await opened(Way(workers=False))  # a worker that starts meanwhile would hide a request
    base = await _helps(phone, amina, AMINA)  # somebody who has no pages of their own
    await phone.go(f"{base}/hand-in")
    await _wait_for_network(phone, big, begun=begun)
    await phone.page.close()
    await phone.context.unroute_all()
    (await amina.http.delete(f"/v1/mandates/{base.rpartition('/')[2]}")).raise_for_status()
    await phone.context.set_offline(offline=False)
    phone.page = await phone.context.new_page()
    for path in ("/people", f"{base}/hand-in"):
        await phone.go(path)
        row = phone.page.locator("[data-queue] .sheet")
        await expect(row).to_contain_text("Die Erlaubnis wurde beendet.")
        await expect(row).to_contain_text(f"Für {AMINA}")
        await expect(row.get_by_role("button", name="Noch einmal senden")).to_have_count(0)
        assert await phone.axe() == []
    await phone.page.get_by_role("button", name="Verwerfen").click()
    await expect(phone.page.locator("[data-queue]")).to_be_hidden()
    await phone.go("/people")
    await expect(phone.page.locator(".empty")).to_be_visible()
    await expect(phone.page.locator("[data-queue]")).to_be_hidden()


async def _wait_for_network(phone: Phone, photo: Path, *, begun: bool) -> None:
    """Take a page whose first part arrives, or none; then there is no network."""
    if begun:
        parts = Parts()
        parts.watch(phone.page)
        await lose_network_after_first_part(phone, photo, parts)
    else:
        await phone.context.set_offline(offline=True)
        await phone.take(photo)
    await expect(phone.page.locator("[data-local]")).to_contain_text("Kein Netz")
