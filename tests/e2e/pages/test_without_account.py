"""Without an account: start with three answers, hand in, get a receipt; the desk assigns, and the citizen sees it."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from shared.ids import new_id
from tests import loopback
from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone
from tests.e2e.system import System
from tests.waiting import until

pytestmark = pytest.mark.live


ERIKA = {"name": "Erika Beispiel", "day": "7", "month": "4", "year": "1985", "phone": "0208 123456"}


async def fill(phone: Phone, answers: dict[str, str]) -> None:
    """Say who one is."""
    for field, value in answers.items():
        await phone.page.fill(f"#{field}", value)
    await phone.page.click("#newcomer button.kern-btn--primary")


async def test_from_three_answers_to_the_right_citizen(
    opened: Open, system: System, letters: tuple[Path, Path]
) -> None:
    """Handed in as somebody nobody knows yet, a letter gets its receipt at once and its owner after a look."""
    phone = await opened()
    await _start(phone)
    await phone.take(letters[1])
    await phone.sees("good")
    document_id = await phone.send()
    number = await phone.page.locator(".receipt-number").inner_text()
    await expect(phone.page.locator(".receipt")).to_contain_text("ohne Konto")
    await phone.go("/")
    await expect(phone.page.locator("#newcomer")).to_contain_text("ordnet Ihre Unterlagen gerade zu")
    assert await phone.axe() == []
    owner = await _assigned(system, document_id)
    citizen = await opened()
    await citizen.context.add_cookies([{"name": "amtsbote", "value": owner, "url": system.gateway_url}])
    await citizen.go("/things")
    await citizen.page.locator(f"a[href='/documents/{document_id}']").click()
    await expect(citizen.page.locator(".receipt-number")).to_have_text(number)
    await phone.go("/things")
    await expect(phone.page.locator("main a[href^='/documents/']")).to_have_count(1)
    await phone.go("/")
    await expect(phone.page.locator("#newcomer")).to_contain_text("sind zugeordnet")
    assert await phone.axe() == []


async def _start(phone: Phone) -> None:
    """Say who one is, with two mistakes and then without."""
    await phone.go("/")
    await phone.page.get_by_role("link", name="Ohne Konto etwas abgeben").click()
    await fill(phone, {**ERIKA, "month": "13", "phone": "123"})
    await expect(phone.page.locator(".kern-error")).to_have_count(2)
    await expect(phone.page.locator("#name")).to_have_value("Erika Beispiel")
    assert await phone.axe() == []
    await fill(phone, ERIKA)
    await phone.page.wait_for_url("**/hand-in")


async def _assigned(system: System, document_id: str) -> str:
    """Assign a newcomer's document to somebody with an account, as a team's tool does; return that one's token."""
    done = system.run("services", "partners", "add-tool", "reception", "--team", "benefits", "--json")
    assert done.returncode == 0, done.stderr
    tool = {"Authorization": f"Bearer {json.loads(done.stdout)['token']}"}
    async with loopback.client(base_url=system.gateway_url) as http:
        citizen = (await http.post("/v1/activations", json={"code": system.new_code()})).raise_for_status().json()
        found: list[dict[str, Any]] = []

        async def waits() -> bool:
            queue = (await http.get("/v1/desk/newcomers", headers=tool)).raise_for_status().json()["items"]
            looks = [await http.get(f"/v1/desk/newcomers/{one['newcomer_id']}", headers=tool) for one in queue]
            found[:] = [one.json() for one in looks if document_id in one.text]
            return bool(found)

        await until(waits, seconds=60, what=lambda: "the newcomer in the team's queue")
        assert found[0]["person"]["phone"] == "+49208123456"
        wish, once = {"citizen_id": citizen["citizen_id"]}, {**tool, "Idempotency-Key": new_id()}
        path = f"/v1/desk/newcomers/{found[0]['newcomer_id']}/assignment"
        (await http.post(path, json=wish, headers=once)).raise_for_status()
    return str(citizen["token"])


async def test_applying_counts_from_today_and_leads_to_a_call(opened: Open) -> None:
    """Who wants to apply sees since when it counts, has it in writing, and chooses when to be called."""
    phone = await opened()
    await phone.go("/")
    await phone.page.get_by_role("link", name="Ich möchte einen Antrag stellen").click()
    assert await phone.axe() == []
    await fill(phone, ERIKA)
    await expect(phone.page.locator("#newcomer")).to_contain_text("Ihr Antrag ist bei uns")
    await phone.page.locator("#newcomer").get_by_role("link", name="Bestätigung ansehen").click()
    await expect(phone.page.locator(".receipt")).to_contain_text("Ihr Antrag ist angekommen.")
    assert await phone.axe() == []
    await phone.page.locator(".receipt a[href*='/check']").click()
    await expect(phone.page.locator(".kern-alert--success")).to_contain_text("Ein Antrag ist eingegangen")
    await phone.page.go_back()
    await phone.page.get_by_role("link", name="Jetzt aussuchen, wann wir Sie anrufen").click()
    await expect(phone.page.locator("#topic")).to_have_value("apply")


async def test_a_login_leads_another_phone_to_the_same_papers(phone: Phone, opened: Open) -> None:
    """Linked on an activated phone, a login at a real provider lets another one in; saying no there lets nobody in."""
    await phone.go("/devices")
    await phone.page.get_by_role("button", name="Mit BundID verbinden").click()
    await _say_who(phone, "erika")
    await expect(phone.page.locator("#login")).to_contain_text("mit BundID verbunden")
    assert await phone.axe() == []
    other = await opened()
    await other.go("/")
    await other.page.get_by_role("button", name="Mit BundID anmelden").click()
    await other.page.get_by_role("button", name="Deny").click()
    await expect(other.page.locator("h1")).to_have_text("Anmeldung abgebrochen")
    await other.go("/")
    await other.page.get_by_role("button", name="Mit BundID anmelden").click()
    await _say_who(other, "erika")
    await other.page.get_by_role("link", name="Zugang").click()
    await expect(other.page.locator(".card")).to_have_count(2)


async def _say_who(phone: Phone, subject: str) -> None:
    """Log in at the provider."""
    await phone.page.get_by_placeholder("sub").fill(subject)
    await phone.page.get_by_role("button", name="Authorize").click()
