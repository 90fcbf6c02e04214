"""A scanner app's PDF on a phone: how many pages it has, a picture of each, and which of them is bad."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.e2e.pages.phone import PATIENCE_MS, Phone
from tests.unit.upload.drawn import BRIEF, letter

pytestmark = pytest.mark.live


@pytest.fixture
def scanned(tmp_path: Path) -> Path:
    """Return a PDF of four pages, of which the second is black."""
    pages = [Image.fromarray(letter(BRIEF)[:, :, ::-1].copy()) for _ in range(4)]
    pages[1] = Image.new("RGB", pages[0].size, (12, 12, 12))
    file = tmp_path / "scan.pdf"
    pages[0].save(file, save_all=True, append_images=pages[1:], resolution=150)
    return file


async def test_the_bad_page_of_a_file_is_named_and_shown(phone: Phone, scanned: Path) -> None:
    """While it is handed in, on its document and on its own page; no small picture is missing, axe finds nothing."""
    await phone.go("/hand-in")
    await phone.take(scanned)
    await expect(phone.page.locator(".leaf")).to_have_count(4, timeout=PATIENCE_MS)
    await expect(phone.page.locator("#draft-heading")).to_have_text("4 Seiten bei uns")
    await _shows_pages(phone)
    await expect(phone.page.locator("[data-retake]")).to_have_text("Datei ersetzen")
    document_id = await phone.send()
    await _shows_pages(phone)
    await expect(phone.page.locator(".receipt")).to_contain_text("4 Seiten")
    await phone.page.locator(".prints a[href*='/pages/']").first.click()
    await expect(phone.page).to_have_url(
        f"{phone.url}/documents/{document_id}/pages/" + phone.page.url.rpartition("/")[2]
    )
    await _shows_pages(phone)


async def _shows_pages(phone: Phone) -> None:
    """See the four pages on the page that is open."""
    await expect(phone.page.locator("main")).to_contain_text("1 Datei, 4 Seiten")
    await expect(phone.page.locator("main")).to_contain_text("Seite 2 von 4: Das Bild ist zu dunkel.")
    leaves = phone.page.locator(".leaf")
    await expect(leaves).to_have_count(4)
    for number, word in enumerate(("Gut lesbar", "Schlecht lesbar", "Gut lesbar", "Gut lesbar")):
        await expect(leaves.nth(number)).to_contain_text(word)
        await leaves.nth(number).scroll_into_view_if_needed()
        drawn = leaves.nth(number).locator("img")
        await expect(drawn).to_have_js_property("complete", value=True)
        assert await drawn.evaluate("image => image.naturalWidth") > 0
    assert await phone.axe() == []
    assert await phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
