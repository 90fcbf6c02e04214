"""Login by a real OpenID provider on loopback: who is known gets in, who is not starts, and nothing works twice."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from oidc_provider_mock import User, run_server_in_thread

from deploy.local.ports import free_port
from shared.ids import new_id
from shared.settings import Connections
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.issuer import CLIENT_ID
from tests.integration.gateway.newcomers import QUEUE, alert
from tests.integration.gateway.people import Phone
from tests.integration.gateway.test_acting_pages import helping

pytestmark = pytest.mark.live

CLIENT: dict[str, Any] = {"oidc_client_id": CLIENT_ID, "oidc_client_secret": new_id()}
CLAIMS = {"given_name": "Erika", "family_name": "Beispiel", "birthdate": "1985-04-07"}
OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that knows some people."""
    users = [User(sub=name, claims=CLAIMS) for name in ("new", "linked", "moved", "twice", "own", "fresh")]
    with run_server_in_thread(free_port(), require_nonce=True, user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def open_door(connections: Connections, issuer: str) -> AsyncIterator[Door]:
    """A gateway that this provider logs people in to."""
    async with Door(connections, oidc_issuer=issuer, **CLIENT) as door:
        yield door


def browser(door: Door, phone: Phone | None = None) -> httpx.AsyncClient:
    """Return a browser, which may hold the token of a phone."""
    cookies = {"amtsbote": phone.headers["Authorization"].removeprefix("Bearer ")} if phone else None
    return loopback.client(base_url=door.url, headers=OURS, cookies=cookies, timeout=30)


async def leave(browser: httpx.AsyncClient, back: str = "/") -> str:
    """Press the button; return the address at the provider that the browser is sent to."""
    answer = await browser.post("/login", data={"next": back})
    assert answer.status_code == 200, answer.text
    return answer.headers["refresh"].partition("url=")[2]


async def agree(address: str, subject: str) -> str:
    """Say at the provider who one is; return the path it sends the browser back to."""
    async with loopback.client() as http:
        answer = await http.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


async def log_in(browser: httpx.AsyncClient, subject: str, back: str = "/") -> httpx.Response:
    """Go there and come back."""
    return await browser.get(await agree(await leave(browser, back), subject))


async def hand_in(browser: httpx.AsyncClient, door: Door) -> str:
    """Hand a page in with a browser's token; return the document's id."""
    async with Phone(door.url, browser.cookies["amtsbote"]) as phone:
        return await phone.document()


async def test_who_is_unknown_starts_with_what_is_verified(open_door: Door, door: Door) -> None:
    """An unknown subject hands in at once and waits for assignment; the desk sees what the provider vouches for."""
    async with browser(open_door) as first, door.caller("desk") as desk:
        arrived = await log_in(first, "new")
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/hand-in")
        document = await hand_in(first, open_door)
        row = await door.database.documents.find_one({"_id": document})
        assert row
        await door.heard(row["citizen_id"], "assignment.requested.v1")
        await alert(door, row["citizen_id"])
        shown = (await desk.get(f"{QUEUE}/{row['citizen_id']}")).json()["person"]
        assert (shown["name"], shown["born_on"], shown["phone"]) == ("Erika Beispiel", "1985-04-07", None)
        assert shown["verified"] == ["name", "born_on"]
    async with browser(open_door) as second:  # another phone, the same person
        assert (await log_in(second, "new", "/things")).headers["location"] == "/things"
        assert (await second.get(f"/documents/{document}")).status_code == 200


async def test_an_activated_phone_links_its_login(open_door: Door, phone: Phone) -> None:
    """Used on an activated phone, a login belongs to its citizen from then on, and leads back to where one was."""
    document = await phone.document()
    async with browser(open_door, phone) as known, browser(open_door) as other:
        before = known.cookies["amtsbote"]
        assert (await log_in(known, "linked", "/devices")).headers["location"] == "/devices"
        assert known.cookies["amtsbote"] == before
        assert (await log_in(other, "linked")).headers["location"] == "/"
        assert (await other.get(f"/documents/{document}")).status_code == 200
        assert (await log_in(known, "linked")).status_code == 303


async def test_a_newcomers_login_moves_to_the_citizen_it_proves(open_door: Door, phone: Phone) -> None:
    """First used without an account, then on an activated phone: from then on it opens the citizen's papers."""
    document = await phone.document()
    async with browser(open_door) as newcomer, browser(open_door, phone) as known, browser(open_door) as other:
        await log_in(newcomer, "moved")
        assert (await newcomer.get(f"/documents/{document}")).status_code == 404
        await log_in(known, "moved")
        await log_in(other, "moved")
        assert (await other.get(f"/documents/{document}")).status_code == 200
        assert (await newcomer.get(f"/documents/{document}")).status_code == 404


async def test_who_helps_logs_in_and_goes_on_helping(open_door: Door, phone: Phone, stranger: Phone) -> None:
    """On a phone that only helps, a login opens one's own papers beside those of the other; who is new starts so."""
    document = await phone.document()
    async with browser(open_door, phone) as known:
        await log_in(known, "own")
    for subject, lands in (("own", "/"), ("fresh", "/hand-in")):
        async with helping(open_door, stranger, "upload") as (helper, base):
            token = helper.cookies["amtsbote"]
            assert (await log_in(helper, subject)).headers["location"] == lands
            assert helper.cookies["amtsbote"] == token
            assert (await helper.get(f"/documents/{document}")).status_code == (200 if subject == "own" else 404)
            assert (await helper.get(f"{base}/hand-in")).status_code == 200
            assert (await log_in(helper, "own")).status_code == 303  # for who is fresh, another one on a new device
            assert (await helper.get(f"{base}/hand-in")).status_code == 200


async def test_a_login_works_once_and_in_its_own_browser(open_door: Door) -> None:
    """A copied address, a wrong state, a code of another attempt, and coming back twice let nobody in."""
    async with browser(open_door) as victim, browser(open_door) as thief:
        path = await agree(await leave(victim), "twice")
        await leave(thief)
        for who, where in (
            (thief, path),
            (victim, re.sub("state=[^&]*", "state=wrong", path)),
            (victim, "/login/back"),
        ):
            refused = await who.get(where)
            assert (refused.status_code, "noch einmal von vorn" in refused.text) == (400, True), where
            assert "amtsbote" not in who.cookies
        assert (await victim.get(path)).status_code == 303
        again = await victim.get(path)
        assert again.status_code == 400
        stolen = (await agree(await leave(thief), "twice")).partition("state=")[2].partition("&")[0]
        mixed = await agree(await leave(victim), "twice")
        crossed = await thief.get(re.sub("state=[^&]*", f"state={stolen}", mixed))
        assert crossed.status_code == 400  # the nonce in the token is another attempt's


async def test_who_cancels_is_told_so(open_door: Door) -> None:
    """Saying no at the provider leads to a clear page in the reader's language, and other ways in."""
    async with browser(open_door) as reader, loopback.client() as http:
        denied = await http.post(await leave(reader), data={"action": "deny"})
        back = urlsplit(denied.headers["location"])
        answer = await reader.get(f"{back.path}?{back.query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "Login cancelled" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(("language", "words"), [("de", "BundID antwortet nicht"), ("en", "BundID does not answer")])
async def test_a_provider_that_is_away_is_named(connections: Connections, language: str, words: str) -> None:
    """Nobody is sent to a provider that does not answer; the page says that other ways work."""
    away = f"http://localhost:{free_port()}"
    async with Door(connections, oidc_issuer=away, **CLIENT) as door, browser(door) as reader:
        answer = await reader.post("/login", data={"next": "/"}, headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert words in answer.text


async def test_a_provider_that_goes_away_in_between_lets_nobody_in(connections: Connections) -> None:
    """Away when somebody comes back, the provider is named, and nobody gets in unchecked."""
    port, settings = free_port(), {**CLIENT, "oidc_name": "Mein Login"}
    async with Door(connections, oidc_issuer=f"http://localhost:{port}", **settings) as door, browser(door) as reader:
        with run_server_in_thread(port):
            path = await agree(await leave(reader), "new")
        answer = await reader.get(path)
    assert answer.status_code == 503
    assert "Mein Login antwortet nicht" in answer.text
    assert "amtsbote" not in reader.cookies


async def test_without_a_provider_there_is_no_login(door: Door) -> None:
    """Off by default: no button, and no such address."""
    async with browser(door) as reader:
        assert "/login" not in (await reader.get("/")).text
        assert (await reader.post("/login", data={"next": "/"})).status_code == 404
        assert (await reader.get("/login/back")).status_code == 404


async def test_half_a_setting_ends_the_start(connections: Connections) -> None:
    """A provider elsewhere without https, or one that does not know us, is a mistake that shows at once."""
    with pytest.raises(ValueError, match="https"):
        Door(connections, oidc_issuer="http://login.example", **CLIENT)
    with pytest.raises(ValueError, match="CLIENT_SECRET"):
        Door(connections, oidc_issuer="https://login.example", oidc_client_id="amtsbote")
