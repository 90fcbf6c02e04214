"""Handing in on a phone: page after page, each with its verdict while the next is taken, then a receipt."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.e2e.pages.phone import Phone

pytestmark = pytest.mark.live


async def test_three_pages_with_one_retake(phone: Phone, letters: tuple[Path, Path]) -> None:
    """The cut page is shown with its reason and arrow, taken again in its place, and all three get one receipt."""
    cut, good = letters
    await phone.go("/hand-in")
    await phone.take(cut, good, good)
    await phone.sees("retake")
    await phone.sees("good", 2)
    first = phone.page.locator(".sheet").first
    await expect(first).to_contain_text("Die Seite ist abgeschnitten")
    await expect(first.locator("img")).to_have_attribute("src", "/pages/" + await _id(phone, 0) + "/picture")
    await expect(phone.page.locator("#hand-over")).to_have_text("Trotzdem abgeben")
    others = [await _id(phone, 1), await _id(phone, 2)]
    await first.locator("[data-retake]").click()
    await phone.pick(good)
    await phone.sees("good", 3)
    assert [await _id(phone, 1), await _id(phone, 2)] == others
    await phone.page.select_option("#kind", "sperrankuendigung")
    document_id = await phone.send()
    await expect(phone.page.locator("h1")).to_have_text("Eingangsbestätigung")
    await expect(phone.page.locator(".receipt")).to_contain_text("Ankündigung einer Stromsperre")
    await expect(phone.page.locator(".prints li")).to_have_count(3)
    await expect(phone.page.locator("a[href$='/pdf']")).to_be_visible(timeout=60_000)  # it comes by itself
    await phone.go("/things")
    await expect(phone.page.locator(f"a[href='/documents/{document_id}']")).to_be_visible()
    await phone.go("/hand-in")
    await expect(phone.page.locator(".sheet")).to_have_count(0)


async def test_pages_are_moved_and_removed(phone: Phone, letters: tuple[Path, Path]) -> None:
    """Buttons change the order and take pages out; a type chosen before stays chosen; a closed tab loses nothing."""
    _, good = letters
    await phone.go("/hand-in")
    await phone.take(good, good, good)
    await phone.sees("good", 3)
    await phone.page.select_option("#kind", "mietvertrag")
    a, b, c = [await _id(phone, place) for place in range(3)]
    await phone.page.locator(f"#down-{a}").click()
    await expect(phone.page.locator(".sheet").first).to_have_id(f"page-{b}")
    await phone.page.locator(f"#remove-{c}").click()
    await expect(phone.page.locator(".sheet")).to_have_count(2)
    await expect(phone.page.locator("#kind")).to_have_value("mietvertrag")
    await phone.page.close()
    phone.page = await phone.context.new_page()
    await phone.go("/hand-in")
    await expect(phone.page.locator(".sheet").nth(1)).to_have_id(f"page-{a}")


async def test_a_page_moved_while_the_list_is_on_its_way_is_shown_moved(
    phone: Phone, letters: tuple[Path, Path]
) -> None:
    """A list that was asked for before a change and arrives after it hides neither."""
    _, good = letters
    await phone.go("/hand-in")
    await phone.take(good, good)
    await phone.sees("good", 2)
    first = await _id(phone, 0)
    asked, pressed, drawn = asyncio.Event(), asyncio.Event(), asyncio.Event()
    await phone.page.route("**/hand-in/list", lambda route: route.fulfill(status=204))  # nothing later mends it
    await phone.page.route("**/hand-in/list", partial(_hold, before=asked, until=pressed), times=1)
    await phone.page.route("**/hand-in/change", partial(_hold, before=asyncio.Event(), until=drawn))
    await phone.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    await asked.wait()
    await phone.page.eval_on_selector("#draft", "draft => draft.dataset.old = 'yes'")
    await phone.page.locator(f"#down-{first}").click()
    pressed.set()
    await expect(phone.page.locator("#draft[data-old]")).to_have_count(0)
    drawn.set()
    await expect(phone.page.locator(".sheet").nth(1)).to_have_id(f"page-{first}")


async def test_network_lost_on_the_way(phone: Phone, letters: tuple[Path, Path]) -> None:
    """Without network a page says that it is still on the phone, nothing goes without it, and then it follows."""
    _, good = letters
    await phone.go("/hand-in")
    await phone.take(good)
    await phone.sees("good")
    await phone.context.set_offline(offline=True)
    await phone.take(good)
    await expect(phone.page.locator(".sheet--local")).to_contain_text("Kein Netz")
    await expect(phone.page.locator("#hand-over")).to_be_disabled()
    await phone.context.set_offline(offline=False)
    await phone.sees("good", 2)
    await expect(phone.page.locator(".sheet--local")).to_have_count(0)
    await expect(phone.page.locator("#hand-over")).to_be_enabled()


async def test_what_is_no_page_is_refused_with_what_to_do(
    phone: Phone, letters: tuple[Path, Path], tmp_path: Path
) -> None:
    """A file that is neither picture nor PDF says which are, can only be discarded, and holds up no other page."""
    wrong = tmp_path / "Brief an das Jobcenter.docx"
    wrong.write_text("Guten Tag")
    await phone.go("/hand-in")
    await phone.take(wrong)
    await expect(phone.page.locator(".sheet--local")).to_contain_text("Wir lesen JPEG, HEIC, PNG, WebP, TIFF und PDF.")
    await expect(phone.page.locator(".sheet--local")).to_contain_text("Word-Dateien speichern Sie bitte als PDF.")
    for said in ("Brief an das Jobcenter.docx", "Geht nicht"):
        await expect(phone.page.locator(".sheet--local")).to_contain_text(said)
    await phone.take(letters[1])
    await phone.sees("good")
    await expect(phone.page.locator("#hand-over")).to_be_enabled()
    await phone.send()
    await phone.go("/hand-in")
    await expect(phone.page.locator(".sheet--local")).to_contain_text("Wir lesen JPEG")
    await expect(phone.page.get_by_role("button", name="Noch einmal senden")).to_have_count(0)
    await phone.page.get_by_role("button", name="Verwerfen").click()
    await expect(phone.page.locator(".sheet--local")).to_have_count(0)


async def _hold(route: Route, before: asyncio.Event, until: asyncio.Event) -> None:
    """Let the server answer, and hold its answer back."""
    answer = await route.fetch()
    before.set()
    await until.wait()
    await route.fulfill(response=answer)


async def _id(phone: Phone, place: int) -> str:
    """Return the id of the page at a place."""
    name = await phone.page.locator(".sheet:not(.sheet--local)").nth(place).get_attribute("id")
    return (name or "").removeprefix("page-")
