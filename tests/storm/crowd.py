"""A crowd of citizens: each visit comes in, hands in, looks, takes a page again, agrees, asks for a call."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import httpx

from tests import loopback
from tests.storm.citizen import ANSWER_S, Citizen, GaveUpError, RefusedError
from tests.storm.letters import UNREADABLE, cut_letter, letters
from tests.storm.notebook import Notebook

NEWCOMERS, IMPATIENT, CUT, JUNK, REPLACES, CONSENTS, CALLS = 0.15, 0.1, 0.15, 0.08, 0.25, 0.4, 0.3
MOST_PAGES = 3


@dataclass(slots=True)
class Crowd:
    """Citizens who come one after the other, `at_once` of them at a time, until told to stop or `pages` are in."""

    url: str
    notebook: Notebook
    codes: list[str]
    suppliers: tuple[str, ...]
    chance: Random
    at_once: int = 4
    pages: int | None = None
    pause_s: float = 0.5
    unreadable: bool = False  # hands in files that nobody can read only: all the events, no page to read
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    refused: Counter[str] = field(default_factory=Counter)
    visits: int = 0
    _pictures: list[bytes] = field(default_factory=letters)
    _cut: bytes = field(default_factory=cut_letter)

    @property
    def handed_in(self) -> int:
        """How many pages were accepted."""
        return len(self.notebook.of("page"))

    @property
    def done(self) -> bool:
        """Whether nobody comes any more."""
        return self.stop.is_set() or (self.pages is not None and self.handed_in >= self.pages)

    @asynccontextmanager
    async def about(self) -> AsyncIterator[None]:
        """Let the crowd come; at the end wait until each has an answer, as long as it takes."""
        limits = httpx.Limits(max_connections=4 * self.at_once)
        async with loopback.client(base_url=self.url, timeout=ANSWER_S, limits=limits) as http:
            coming = [asyncio.create_task(self._come(http)) for _ in range(self.at_once)]
            try:
                yield
            finally:
                self.stop.set()
                await asyncio.gather(*coming)

    async def _come(self, http: httpx.AsyncClient) -> None:
        while not self.done:
            impatient = self.chance.random() < IMPATIENT
            citizen = Citizen(http, self.notebook, self.chance, self.stop, patient=not impatient)
            try:
                await self._visit(citizen)
            except RefusedError as refusal:
                self.refused[str(refusal)] += 1
            except GaveUpError:
                pass
            self.visits += 1
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_s))

    async def _visit(self, citizen: Citizen) -> None:
        if self.chance.random() < NEWCOMERS or not self.codes:
            await citizen.start()
        else:
            await citizen.activate(self.codes.pop())
        pages = [await self._page(citizen) for _ in range(self.chance.randint(1, MOST_PAGES))]
        document_id = await citizen.document(pages)
        if self.chance.random() < REPLACES:
            again = await self._page(citizen)
            await citizen.replace(document_id, pages[0], again)
            pages[0] = again
        if self.chance.random() < CONSENTS and self.suppliers:
            await citizen.consent(document_id, pages, self.chance.choice(self.suppliers))
        if self.chance.random() < CALLS:
            await citizen.ask_for_a_call()
        await citizen.read(document_id)
        await citizen.wait_for(document_id)

    async def _page(self, citizen: Citizen) -> str:
        """Hand in a page, and once more if the first was cut off; now and then a file that holds no picture."""
        kind = self.chance.random()
        if self.unreadable or kind < JUNK:
            return await citizen.page(UNREADABLE, "junk")
        if kind < JUNK + CUT:
            page_id = await citizen.page(self._cut, "cut")
            if await citizen.verdict(page_id) != "retake":
                return page_id
        return await citizen.page(self.chance.choice(self._pictures))
