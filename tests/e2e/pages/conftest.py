"""A citizen's browser: Debian's Chromium as a phone, driven by Playwright, with axe at hand on every page."""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from deploy.assets import TEST_MODULE
from examples.paper.jpeg import encode
from examples.paper.pair import Pair
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all journeys; each has contexts of its own.

    It is Chromium without the half that shows windows: the same pages in half the time, as nobody looks.
    """
    async with launched("chromium-headless-shell") as running:
        yield running


@asynccontextmanager
async def launched(program: str, *more: str) -> AsyncIterator[Browser]:
    """Start a browser, with `more` switches; without it a test is skipped at a desk and fails where CI=true."""
    found = shutil.which(program)
    if found is None or not TEST_MODULE.exists():
        reason = f"no {program} or no axe-core here; run `make setup-tests`"
        if os.environ.get("CI") == "true":
            raise RuntimeError(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=found, args=(*QUIET, *more))
        yield running
        await running.close()


Open = Callable[..., Awaitable[Phone]]


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, system: System) -> AsyncIterator[Open]:
    """Opens a phone of nobody's; all are closed at the end, and none may have complained."""
    phones: list[Phone] = []

    async def open_one(way: Way | None = None, url: str | None = None) -> Phone:
        phones.append(await Phone.opened(browser, url or system.gateway_url, way or Way()))
        return phones[-1]

    yield open_one
    for phone in phones:
        await phone.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone(opened: Open, system: System) -> Phone:
    """A citizen's phone, activated."""
    phone = await opened()
    await phone.activate(system.new_code())
    return phone


@pytest.fixture(scope="package")
def supplier(system: System) -> str:
    """An energy supplier that is told by a queue, and never fetches anything."""
    done = system.run("services", "partners", "add-supplier", "stadtwerke", "--name", "Meine Stadtwerke", "--queue")
    assert done.returncode == 0, done.stderr
    return "stadtwerke"


@pytest.fixture(scope="session")
def letters(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A photograph whose edge is cut off, and the retake, at half a phone's resolution to spare time."""
    folder = tmp_path_factory.mktemp("letters")
    paths = (folder / "cut.jpg", folder / "good.jpg")
    for path, shot in zip(paths, (pair.first, pair.retake), strict=True):
        image = cv2.resize(shot.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        path.write_bytes(encode(np.asarray(image, dtype=np.uint8)))
    return paths


@pytest.fixture
def big(letters: tuple[Path, Path], tmp_path: Path) -> Path:
    """A good photograph of several parts: what follows the end of a JPEG is no part of the picture."""
    path = tmp_path / "big.jpg"
    path.write_bytes(letters[1].read_bytes() + secrets.token_bytes(3 * 1024**2))
    return path
