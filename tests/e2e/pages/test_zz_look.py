import os, pytest
from pathlib import Path
import tests.e2e.pages.test_accessible as acc
from tests.e2e.pages.phone import Way

pytestmark = pytest.mark.live
OUT = Path("/tmp/shots")
OUT.mkdir(exist_ok=True)
N = [0]


async def _shot(phone, path=None):
    if path:
        await phone.go(path)
    N[0] += 1
    for w in (360, 1280):
        await phone.page.set_viewport_size({"width": w, "height": 740})
        await phone.page.screenshot(path=str(OUT / f"{phone.tag}-{N[0]:02d}-{w}.png"), full_page=True)


async def test_look(opened, system, letters, supplier, monkeypatch):
    monkeypatch.setattr(acc, "_check", _shot)
    import tests.e2e.pages.phone as ph

    ph.Phone.tag = "ar"
    await acc.test_axe_finds_nothing(opened, system, letters, supplier, Way(locale="ar"))
    phone = await opened()
    await phone.activate(system.new_code())
    for l in ("de", "de-simple", "en", "tr", "uk", "ru", "ro", "bg", "ar"):
        await phone.speak(l)
        await phone.go("/")
        await phone.page.set_viewport_size({"width": 360, "height": 740})
        await phone.page.locator(".languages summary").click()
        await phone.page.screenshot(path=str(OUT / f"lang-{l}-home.png"), full_page=True)
        await phone.go("/callbacks")
        await phone.page.screenshot(path=str(OUT / f"lang-{l}-call.png"), full_page=True)
        await phone.go("/hand-in")
        await phone.page.screenshot(path=str(OUT / f"lang-{l}-hand.png"), full_page=True)
