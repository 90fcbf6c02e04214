"""A file of several pages is shown as one: so nothing of it goes to a supplier, whoever asks for it and how."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from shared.ids import new_id
from tests.e2e.citizen import Citizen
from tests.e2e.system import System
from tests.waiting import until

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def supplier(system: System) -> str:
    """Return an energy supplier that is told by a queue."""
    done = system.run("services", "partners", "add-supplier", "einseitig", "--name", "Meine Stadtwerke", "--queue")
    assert done.returncode == 0, done.stderr
    return "einseitig"


@pytest_asyncio.fixture
async def citizen(system: System, photo: Path) -> AsyncIterator[Citizen]:
    """Return a citizen with a photograph."""
    made = await Citizen.activated(system.gateway_url, system.new_code(), photo)
    yield made
    await made.http.aclose()


def several(photo: bytes, form: str, pages: int = 2) -> bytes:
    """Return a file with the photograph as each of its pages."""
    picture, out = Image.open(io.BytesIO(photo)), io.BytesIO()
    small = picture.resize((picture.width // 2, picture.height // 2))
    small.save(out, form, save_all=True, append_images=[small] * (pages - 1))
    return out.getvalue()


async def upload(citizen: Citizen, file: bytes) -> str:
    """Upload a file; return the id of the page that it is."""
    answer = await citizen.http.post("/v1/pages", files={"file": ("page", file)}, headers={"Idempotency-Key": new_id()})
    return str(answer.raise_for_status().json()["page_id"])


async def agree(citizen: Citizen, document_id: str, supplier: str, page_ids: list[str]) -> httpx.Response:
    """Agree that pages go to a supplier."""
    text = (await citizen.http.get("/v1/consent-texts/power_cut")).json()["text_version"]
    wish = {"supplier_id": supplier, "purpose": "power_cut", "text_version": text, "page_ids": page_ids}
    return await citizen.http.post(
        f"/v1/documents/{document_id}/consents", json=wish, headers={"Idempotency-Key": new_id()}
    )


async def counted(citizen: Citizen, page_id: str) -> int | None:
    """Return how many pages the file of a page was found to have."""
    count: int | None = (await citizen.http.get(f"/v1/pages/{page_id}")).raise_for_status().json()["pages"]
    return count


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
async def test_no_file_of_several_pages_goes_to_a_supplier(citizen: Citizen, supplier: str, form: str) -> None:
    """Refused before it was counted and after; the photograph beside it and a file of one page may go."""
    files = [several(citizen.photo, form), several(citizen.photo, form, 1), citizen.photo]
    two, one, photo = [await upload(citizen, file) for file in files]
    handed_in = await citizen.http.post(
        "/v1/documents", json={"page_ids": [two, one, photo]}, headers={"Idempotency-Key": new_id()}
    )
    document_id = handed_in.raise_for_status().json()["document_id"]
    early = await agree(citizen, document_id, supplier, [two, photo])
    assert early.status_code == 409
    assert early.json()["code"] in {"consent.page_uncounted", "consent.page_several"}

    await until(lambda: counted(citizen, two), seconds=90, what=lambda: "two pages counted")
    assert await counted(citizen, two) == 2
    refused = (await agree(citizen, document_id, supplier, [two])).json()
    assert refused["code"] == "consent.page_several"
    assert "2 Seiten" in refused["detail"]

    await citizen.until_filed(document_id)
    assert (await agree(citizen, document_id, supplier, [photo, two])).json()["code"] == "consent.page_several"
    assert (await agree(citizen, document_id, supplier, [one, photo])).status_code == 201
