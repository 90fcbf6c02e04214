"""A page that is not there still leads on: by the tabs of who is signed in, to the start of who is not."""

import pytest

from shared.ids import new_id
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import accept, invite
from tests.integration.gateway.people import Phone

pytestmark = pytest.mark.live
HTML = {"Accept": "text/html"}
TABS = 'class="tabs"'


def _cookie(phone: Phone) -> dict[str, str]:
    return {"amtsbote": phone.headers["Authorization"].removeprefix("Bearer ")}


async def test_who_is_signed_in_keeps_the_tabs(door: Door, phone: Phone) -> None:
    """Whether there is no such page, or no such document; who is nobody finds the start."""
    async with loopback.client(base_url=door.url, headers=HTML) as browser:
        for path in ("/nowhere", "/nowhere/at/all", "/language", f"/documents/{new_id()}"):
            answer = await browser.get(path, cookies=_cookie(phone))
            assert answer.status_code == 404, path
            assert TABS in answer.text, path
        answer = await browser.get("/nowhere")
        assert answer.status_code == 404
        assert TABS not in answer.text
        assert 'href="/"><span class="kern-label">Zur Startseite' in answer.text


async def test_who_acts_for_somebody_goes_on_acting(door: Door, phone: Phone, stranger: Phone) -> None:
    """The page says for whom, and leads back to them; an address of somebody else's mandate says nothing of it."""
    mandate = await invite(phone, "upload")
    (await accept(stranger, mandate["code"])).raise_for_status()
    base = f"/for/{mandate['mandate_id']}"
    async with loopback.client(base_url=door.url, headers=HTML, cookies=_cookie(stranger)) as browser:
        answer = await browser.get(f"{base}/nowhere")
        assert answer.status_code == 404
        assert "Amina Yildiz" in answer.text
        assert f'href="{base}/start"><span class="kern-label">Zur Startseite' in answer.text
    async with loopback.client(base_url=door.url, headers=HTML, cookies=_cookie(phone)) as browser:
        answer = await browser.get(f"{base}/nowhere")
        assert answer.status_code == 404
        assert "Amina Yildiz" not in answer.text


async def test_programs_get_a_problem(door: Door) -> None:
    """What does not ask for a page gets none."""
    async with loopback.client(base_url=door.url) as program:
        answer = await program.get("/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "route.missing")
