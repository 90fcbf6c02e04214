"""The pages keep strangers out, take only their own forms, and say what browsers should know."""

import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import httpx
import pytest

from services.gateway.store.people import People
from shared.clock import utc_now
from shared.events.upload import PageChecked
from shared.settings import Connections
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key, picture
from tests.integration.gateway.transfers import VERSION, send

pytestmark = pytest.mark.live

OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
KEY = "0192f0c1-2d3e-7abc-8def-0123456789ab"


def _browser(door: Door, phone: Phone) -> httpx.AsyncClient:
    """Return a browser that holds the token of a phone."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    return loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}, timeout=60)


@pytest.fixture
async def citizen(door: Door, phone: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """A citizen's browser."""
    async with _browser(door, phone) as browser:
        yield browser


@pytest.fixture
async def thief(door: Door, stranger: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody else's browser."""
    async with _browser(door, stranger) as browser:
        yield browser


async def test_another_citizens_anything_is_missing(
    phone: Phone, citizen: httpx.AsyncClient, thief: httpx.AsyncClient
) -> None:
    """Documents, pictures, files and consents of somebody else are 404; one's own are not."""
    document_id, page_id = await phone.document(), await phone.page()
    consent_id = (await phone.consent(document_id)).raise_for_status().json()["consent_id"]
    readable = [f"/documents/{document_id}{part}" for part in ("", "/news", "/forward/energy")]
    for path in [*readable, f"/pages/{page_id}/original"]:
        assert (await citizen.get(path)).status_code == 200, path
        assert (await thief.get(path)).status_code == 404, path
    for path in (f"/documents/{document_id}/pdf", f"/documents/{document_id}/text", f"/pages/{page_id}/picture"):
        assert (await thief.get(path)).status_code == 404, path
    form = {"page": page_id, "text_version": "2026-11", "key": KEY}
    assert (await thief.post(f"/documents/{document_id}/forward/energy", data=form)).status_code == 404
    assert (await thief.post(f"/documents/{document_id}/consents/{consent_id}/revoke")).status_code == 404
    [device] = (await citizen.get("/devices")).text.split('action="/devices/')[1:2]
    assert (await thief.post(f"/devices/{device.partition('/')[0]}/revoke")).status_code == 404


async def test_a_stolen_page_id_does_not_get_into_a_draft(phone: Phone, thief: httpx.AsyncClient) -> None:
    """Only uploads fill a draft: the buttons of the form cannot bring somebody else's page into it."""
    page_id = await phone.page()
    await thief.post("/hand-in/change", data={"change": f"up {page_id}"})
    assert page_id not in (await thief.get("/hand-in")).text


async def test_who_is_nobody_is_led_to_the_first_page(door: Door) -> None:
    """Without a cookie every page of a citizen leads to the start; with an unknown one it says so and forgets it."""
    async with loopback.client(base_url=door.url, headers=OURS) as nobody:
        for path in ("/hand-in", "/things", "/callbacks", "/devices", "/live", f"/documents/{KEY}"):
            answer = await nobody.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (303, "/"), path
        answer = await nobody.get("/things", headers={"Cookie": f"amtsbote={'x' * 43}"})
        assert answer.status_code == 401
        assert 'amtsbote=""' in answer.headers["set-cookie"]
        assert answer.headers["clear-site-data"] == '"storage"'  # what the app keeps on a phone goes with its access


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
async def test_forms_of_other_sites_are_refused(door: Door, phone: Phone, headers: dict[str, str]) -> None:
    """What another site makes a browser send has no effect; the answer is a page."""
    async with _browser(door, phone) as browser:
        del browser.headers["Sec-Fetch-Site"]
        answer = await browser.post("/devices", headers=headers)
        assert answer.status_code == 403
        assert "kam nicht von uns" in answer.text


async def test_a_page_says_what_it_may_do(citizen: httpx.AsyncClient) -> None:
    """Pages allow no inline script or style and no other host, are not kept, and come compressed."""
    answer = await citizen.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert {"Cookie", "Accept-Encoding", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    assert answer.headers["content-encoding"] in {"br", "gzip"}


async def test_files_are_kept_for_a_year_under_their_version_only(citizen: httpx.AsyncClient) -> None:
    """A changed file has another address; an old address still leads to the file, and is not kept."""
    path = next(part for part in (await citizen.get("/")).text.split('"') if part.endswith("app.css"))
    kept = await citizen.get(path)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await citizen.get("/static/0123456789abcdef/app.css")).headers["cache-control"] == "no-cache"
    assert (await citizen.get(path.replace("app.css", "..%2flook.py"))).status_code == 404


async def test_handing_in_twice_makes_one_document(citizen: httpx.AsyncClient, phone: Phone) -> None:
    """A double tap leads to the same receipt; a form of an older state hands nothing in, and says why."""
    files = {"file": ("page.jpg", picture())}
    await citizen.post(f"/hand-in/pages?key={KEY}", files=files)
    await citizen.post(f"/hand-in/pages?key={KEY}", files=files)  # the answer got lost
    text = (await citizen.get("/hand-in")).text
    assert text.count('class="sheet"') == 1
    key = text.partition('name="key" value="')[2].partition('"')[0]
    first, second = [await citizen.post("/hand-in", data={"key": key, "kind": "mietvertrag"}) for _ in range(2)]
    assert first.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert len((await phone.get("/v1/documents")).json()["items"]) == 1
    await citizen.post("/hand-in/pages?key=" + KEY.replace("ab", "cd"), files={"file": ("page.jpg", picture())})
    stale = await citizen.post("/hand-in", data={"key": "draft.x.1"})
    assert stale.status_code == 409
    assert "Es hat sich etwas geändert" in stale.text
    assert len((await phone.get("/v1/documents")).json()["items"]) == 1


async def test_a_page_that_was_handed_in_is_taken_again(
    citizen: httpx.AsyncClient, thief: httpx.AsyncClient, phone: Phone
) -> None:
    """Its own page offers it; sent twice it is replaced once; the old one says so, and nobody else can do it."""
    page_id = await phone.page()
    document_id = (await phone.submit([page_id])).json()["document_id"]
    path = f"/documents/{document_id}/pages/{page_id}"
    assert path in (await citizen.get(f"/documents/{document_id}")).text
    action = unescape((await citizen.get(path)).text.partition('action="/page-again')[2].partition('"')[0])
    files = {"file": ("page.jpg", picture())}
    assert (await thief.get(path)).status_code == 404
    assert (await thief.post(f"/page-again{action}", files=files)).status_code == 404
    for _ in range(2):
        answer = await citizen.post(f"/page-again{action}", files=files)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/documents/{document_id}")
    [new] = (await phone.get(f"/v1/documents/{document_id}/pages")).json()["pages"]
    assert (new["page_id"] != page_id, [old["page_id"] for old in new["replaced"]]) == (True, [page_id])
    old = (await citizen.get(path)).text
    assert "An ihrer Stelle steht jetzt eine neuere Seite" in old
    assert "page-again" not in old


async def test_a_page_that_cannot_be_read_is_pointed_out_where_it_was_handed_in(
    door: Door, citizen: httpx.AsyncClient, phone: Phone
) -> None:
    """The list names the page, the document says why and leads to taking it again."""
    good, bad = await phone.page(), await phone.page()
    document_id = (await phone.submit([good, bad])).json()["document_id"]
    await door.say(PageChecked(page_id=good, verdict="good", checked_at=utc_now()))
    await door.say(PageChecked(page_id=bad, verdict="retake", reasons=("blurred",), checked_at=utc_now()))
    assert "Bitte Seite 2 noch einmal" in (await citizen.get("/things")).text
    text = (await citizen.get(f"/documents/{document_id}/news")).text
    assert f"/documents/{document_id}/pages/{bad}" in text
    assert f"/documents/{document_id}/pages/{good}" not in text


async def test_a_page_in_parts_comes_into_the_draft(citizen: httpx.AsyncClient, thief: httpx.AsyncClient) -> None:
    """A complete page is in the draft once, a retake in the place of the old one; other sites cannot send any."""
    data = picture(3000)
    pages: list[str] = []
    for number, replaced in enumerate(["", "", 0]):
        metadata = "" if replaced == "" else f"replaces {b64encode(pages[0].encode()).decode()}"
        headers = {**VERSION, "Upload-Length": "3000", "Upload-Metadata": metadata, **key(f"page-{number}")}
        url = (await citizen.post("/hand-in/uploads", headers=headers)).headers["location"]
        assert (await thief.head(url, headers=VERSION)).status_code == 404
        assert (await send(citizen, url, 0, data[:2000])).status_code == 204
        pages.append((await send(citizen, url, 2000, data[2000:])).headers["x-page"])
        assert (await citizen.head(url, headers=VERSION)).headers["x-page"] == pages[-1]
    shown = re.findall(r'id="page-([^"]+)"', (await citizen.get("/hand-in")).text)
    assert shown == [pages[2], pages[1]]
    assert (await send(citizen, url, 0, data, **{"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_what_a_phone_keeps_is_nobodys_own(citizen: httpx.AsyncClient) -> None:
    """The app's script names files that are there; the page it keeps for handing in is the same for everybody."""
    await citizen.post(f"/hand-in/pages?key={KEY}", files={"file": ("page.jpg", picture())})
    own, shell = [(await citizen.get(path)).text for path in ("/hand-in", "/hand-in/shell")]
    [page_id] = re.findall(r'id="page-([^"]+)"', own)
    [device] = re.findall(r'data-device="([^"]+)"', own)
    assert page_id not in shell
    assert device not in shell
    assert "data-take" in shell
    script = await citizen.get("/sw.js")
    assert script.headers["cache-control"] == "no-cache"
    files = json.loads(script.text.partition("const FILES = ")[2].partition(";")[0])
    assert {path.rpartition("/")[2] for path in files} >= {"take.js", "sending.js", "app.css"}
    assert [(await citizen.get(path)).status_code for path in files] == [200] * len(files)
    app = (await citizen.get("/manifest.webmanifest")).json()
    assert (app["name"], app["start_url"], app["display"]) == ("Jobcenter", "/", "standalone")


async def test_cookie_is_secure_where_the_public_address_is(connections: Connections) -> None:
    """Behind HTTPS the token's cookie belongs to this host alone, goes over TLS only, and no script sees it."""
    public = connections.model_copy(update={"public_url": "https://letters.example"})
    async with Door(public) as door, loopback.client(base_url=door.url, headers=OURS) as browser:
        code = await People(door.database, utc_now).invite(timedelta(days=1))
        answer = await browser.post("/", data={"code": code})
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "__Host-amtsbote"
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(rest.split("; "))
    assert "Domain" not in rest


async def test_language_leads_back_to_our_own_pages_only(citizen: httpx.AsyncClient) -> None:
    """A foreign address in the form is not followed."""
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", ""):
        answer = await citizen.post("/language", data={"language": "en", "next": target})
        assert answer.headers["location"] == "/"
    assert (await citizen.post("/language", data={"language": "xx", "next": "/things"})).headers.get(
        "set-cookie"
    ) is None


async def test_a_refused_upload_leads_back_to_handing_in(citizen: httpx.AsyncClient) -> None:
    """Without scripts a wrong file is an error page: it leads back to the pages, in every language."""
    answer = await citizen.post(f"/hand-in/pages?key={KEY}", files={"file": ("letter.txt", b"Guten Tag")})
    assert answer.status_code == 415
    assert 'href="/hand-in"><span class="kern-label">Zurück zum Abgeben' in answer.text
    assert 'name="next" value="/"' in answer.text  # the address itself cannot be opened


async def test_tabs_say_where_one_is(citizen: httpx.AsyncClient, phone: Phone) -> None:
    """The list of everything and a document belong to "my things"."""
    document_id = await phone.document()
    for path in ("/things/events", f"/documents/{document_id}"):
        assert '<a href="/things" aria-current="true">' in (await citizen.get(path)).text, path
    assert '<a href="/things" aria-current="page">' in (await citizen.get("/things")).text


async def test_receipt_page_names_second_and_zone(citizen: httpx.AsyncClient, phone: Phone) -> None:
    """The page says the time as exactly as the PDF does."""
    page = await citizen.get(f"/documents/{await phone.document()}")
    assert re.search(r"\d\d:\d\d:\d\d Uhr \(ME(S)?Z, UTC\+0[12]:00\)", page.text)
