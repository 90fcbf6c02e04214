"""A citizen's phone that does not give up: each request is repeated under its key until it has an answer."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from shared.ids import new_id
from tests.storm.letters import stamped
from tests.storm.notebook import Accepted, Notebook

AGAIN_S = 0.5
ANSWER_S = 15.0  # how long a phone waits for one answer
VERDICT_S = 20.0  # how long somebody holds the letter and waits for the verdict
FILED_S = 40.0  # how long the next one waits for the document of the one before
SWITCHED_OFF = 0.2  # at each failure, if its owner is impatient
# Answers after which the same request is sent again; any other refusal ends the visit and is told.
WAITING = frozenset({408, 425, 429, 500, 502, 503, 504})


class RefusedError(Exception):
    """An answer that repeating cannot change."""


class GaveUpError(Exception):
    """The phone was switched off before it had an answer."""


@dataclass(slots=True)
class Citizen:
    """One phone: whose it is, its token, and where its owner writes down what was promised."""

    http: httpx.AsyncClient
    notebook: Notebook
    chance: Random
    over: asyncio.Event  # the storm: nobody waits for a verdict any more
    patient: bool = True  # an impatient owner switches the phone off at the first failure, now and then
    id: str = ""
    _token: dict[str, str] = field(default_factory=dict)

    async def activate(self, code: str) -> None:
        """Come in by the code of a letter."""
        self._let_in(await self.insist("activation", "POST", "/v1/activations", json={"code": code}))

    async def start(self) -> None:
        """Come in without a code."""
        person = {"name": "Erika Beispiel", "born_on": "1990-05-01", "phone": "0208 123456", "errand": "hand_in"}
        self._let_in(await self.insist("newcomer", "POST", "/v1/newcomers", json=person))
        self.notebook.keep(Accepted("newcomer", self.id, self.id))

    def _let_in(self, answer: httpx.Response) -> None:
        self.id = answer.json()["citizen_id"]
        self._token = {"Authorization": f"Bearer {answer.json()['token']}"}

    async def page(self, picture: bytes, what: str = "good") -> str:
        """Hand in a page; returns its id."""
        photo = stamped(picture, new_id())
        answer = await self.insist("page", "POST", "/v1/pages", files={"file": ("page.jpg", photo, "image/jpeg")})
        page_id = str(answer.json()["page_id"])
        about = {"sha256": hashlib.sha256(photo).hexdigest(), "what": what}
        self.notebook.keep(Accepted("page", page_id, self.id, about))
        return page_id

    async def verdict(self, page_id: str) -> str | None:
        """Wait for the verdict on a page, for as long as somebody holds the letter."""
        shown = await self._until("read page", f"/v1/pages/{page_id}", "checked", VERDICT_S)
        return str(shown["verdict"]) if shown["state"] == "checked" else None

    async def wait_for(self, document_id: str) -> None:
        """Wait a while for the document to be filed, so that no more come than can be handled."""
        await self._until("read document", f"/v1/documents/{document_id}", "filed", FILED_S)

    async def _until(self, what: str, path: str, state: str, seconds: float) -> dict[str, Any]:
        """Return what is shown once it is in a state, or after so many seconds, or when the storm is over."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while True:
            shown: dict[str, Any] = (await self.insist(what, "GET", path)).json()
            if shown["state"] == state or clock() > until or self.over.is_set():
                return shown
            await asyncio.sleep(AGAIN_S)

    async def document(self, pages: list[str]) -> str:
        """Submit pages; returns the document's id."""
        receipt = (await self.insist("document", "POST", "/v1/documents", json={"page_ids": pages})).json()
        about = {"number": receipt["receipt_number"]}
        self.notebook.keep(Accepted("document", receipt["document_id"], self.id, about, tuple(pages)))
        return str(receipt["document_id"])

    async def replace(self, document_id: str, old: str, new: str) -> None:
        """Put a page in the place of another one."""
        path = f"/v1/documents/{document_id}/pages"
        tag = {"If-Match": (await self.insist("read pages", "GET", path)).headers["etag"]}
        await self.insist("replacement", "POST", f"{path}/{old}/replacement", json={"page_id": new}, headers=tag)
        self.notebook.keep(Accepted("replacement", new, self.id, {"document": document_id, "replaces": old}))

    async def read(self, document_id: str) -> None:
        """Look at the receipt and the timeline."""
        await self.insist("read receipt", "GET", f"/v1/documents/{document_id}/receipt")
        await self.insist("read timeline", "GET", "/v1/timeline")

    async def consent(self, document_id: str, pages: list[str], supplier: str) -> None:
        """Agree that a supplier gets the pages."""
        text = await self.insist("read consent", "GET", f"/v1/consent-texts/power_cut?supplier_id={supplier}")
        wish = {"supplier_id": supplier, "purpose": "power_cut", "page_ids": pages}
        wish |= {"text_version": text.json()["text_version"]}
        answer = await self.insist("consent", "POST", f"/v1/documents/{document_id}/consents", json=wish)
        about = {"document": document_id, "supplier": supplier}
        self.notebook.keep(Accepted("consent", answer.json()["consent_id"], self.id, about))

    async def ask_for_a_call(self) -> None:
        """Ask to be called."""
        begin = datetime.now(UTC) + timedelta(days=2)
        window = {"window_start": begin.isoformat(), "window_end": (begin + timedelta(hours=23)).isoformat()}
        answer = await self.insist("callback", "POST", "/v1/callbacks", json={"topic": "money", **window})
        self.notebook.keep(Accepted("callback", answer.json()["callback_id"], self.id))

    async def insist(self, what: str, method: str, path: str, **content: Any) -> httpx.Response:
        """Send a request under one key until it is answered.

        Raises:
            RefusedError: an answer that stays.
            GaveUpError: the phone was switched off.
        """
        content["headers"] = {**self._token, "Idempotency-Key": new_id(), **content.get("headers", {})}
        self.notebook.attempted[what] += method != "GET"
        while True:
            said = await self._ask(what, method, path, content)
            if said is not None and said.is_success:
                return said
            if said is not None and said.status_code not in WAITING:
                code = said.json().get("code", "") if "json" in said.headers.get("content-type", "") else ""
                raise RefusedError(f"{what}: {said.status_code} {code}")
            if not self.patient and self.chance.random() < SWITCHED_OFF:
                self.notebook.given_up[what] += method != "GET"
                raise GaveUpError(what)
            await asyncio.sleep(self.chance.uniform(AGAIN_S / 2, AGAIN_S * 2))

    async def _ask(self, what: str, method: str, path: str, content: dict[str, Any]) -> httpx.Response | None:
        """Send once; returns nothing where there was no answer, and counts how it ended."""
        try:
            answer = await self.http.request(method, path, **content)
        except httpx.HTTPError as error:
            self.notebook.answers[f"{what} {type(error).__name__}"] += 1
            return None
        self.notebook.answers[f"{what} {answer.status_code}"] += 1
        return answer
