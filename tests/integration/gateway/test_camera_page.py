"""The camera page: what it may do that no other page may, and what it works with."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from services.gateway.pages.assets import OTHERS
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone

pytestmark = pytest.mark.live

CAMERA = "/hand-in/camera"


@pytest.fixture
async def citizen(door: Door, phone: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """A citizen's browser."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, cookies={"amtsbote": token}, timeout=60) as browser:
        yield browser


async def _address(citizen: httpx.AsyncClient, name: str) -> str:
    """Return where the camera page finds a file."""
    page = (await citizen.get(CAMERA)).text
    return next(part for part in page.split('"') if part.endswith(f"/{name}"))


async def test_only_the_camera_page_runs_compiled_code(citizen: httpx.AsyncClient) -> None:
    """It may run the engine, but no text as code; its worker may load and do nothing else; no other page may."""
    policies = [(await citizen.get(path)).headers["content-security-policy"] for path in ("/", "/hand-in", "/imprint")]
    assert not [policy for policy in policies if "wasm" in policy]
    worker = (await citizen.get(await _address(citizen, "looker.js"))).headers["content-security-policy"]
    own = (await citizen.get(CAMERA)).headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in own
    assert worker == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'"
    assert "'unsafe-eval'" not in own + worker


async def test_only_pages_that_take_pictures_may_ask_for_the_camera(citizen: httpx.AsyncClient) -> None:
    """No other page can, nor can any of them listen."""
    for path, camera in ((CAMERA, "(self)"), ("/hand-in", "(self)"), ("/", "()"), ("/things", "()")):
        allowed = (await citizen.get(path)).headers["permissions-policy"]
        assert f"camera={camera}" in allowed
        assert "microphone=()" in allowed


async def test_the_camera_is_for_who_may_hand_in(door: Door, citizen: httpx.AsyncClient) -> None:
    """Nobody else gets there; what a phone keeps for times without network is the same for everybody."""
    async with loopback.client(base_url=door.url, headers={"Accept": "text/html"}) as nobody:
        assert (await nobody.get(CAMERA)).headers["location"] == "/"
        kept = (await nobody.get(f"{CAMERA}/shell")).text
    assert "data-camera" in kept
    assert "data-device" not in kept
    assert kept == (await citizen.get(f"{CAMERA}/shell")).text


async def test_large_files_are_whole_compressed_and_kept(citizen: httpx.AsyncClient) -> None:
    """Engine and net come as they are or compressed, for a year, under an address that only they can change."""
    for name in ("ort.wasm", "pagenet.onnx"):
        address, plain = await _address(citizen, name), (OTHERS / name).read_bytes()
        sent = await citizen.get(address, headers={"Accept-Encoding": "identity"})
        assert sent.content == plain
        assert "content-encoding" not in sent.headers
        small = await citizen.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert small.headers["content-encoding"] == "br"
        assert small.content == plain
        assert int(small.headers["content-length"]) < len(plain)
        assert small.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert small.headers["vary"].startswith("Accept-Encoding")
        elsewhere = await citizen.get(f"/static/0123456789abcdef/{name}")
        assert elsewhere.headers["cache-control"] == "no-cache"


async def test_the_app_keeps_large_files_only_once_they_were_wanted(citizen: httpx.AsyncClient) -> None:
    """The script that works without network fetches small files beforehand, and knows the large ones."""
    script = (await citizen.get("/sw.js")).text
    files, large = (
        json.loads(script.partition(f"const {name} = ")[2].partition(";")[0]) for name in ("FILES", "LARGE")
    )
    assert sorted(path.rpartition("/")[2] for path in large) == ["ort.wasm", "pagenet.onnx"]
    assert not set(files) & set(large)
    assert {path.rpartition("/")[2] for path in files} >= {"camera.js", "looker.js", "ort.js", "thresholds.json"}
