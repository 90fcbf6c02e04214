"""The first page of those who are not in: made for many, so compressed once, and never with what somebody typed."""

import pytest

from services.gateway.pages.compression import kept_compressed
from tests import loopback
from tests.integration.gateway.door import Door

pytestmark = pytest.mark.live


async def test_the_first_page_is_compressed_once(door: Door) -> None:
    """Whoever asks for it again costs a fraction of the work, in each language and encoding."""
    async with loopback.client(base_url=door.url, headers={"Accept-Encoding": "br", "Accept-Language": "uk"}) as nobody:
        first = (await nobody.get("/")).text
        before = kept_compressed.cache_info()
        assert (await nobody.get("/")).text == first
        english = (await nobody.get("/", headers={"Accept-Language": "en"})).text
    after = kept_compressed.cache_info()
    assert english != first
    assert after.hits == before.hits + 1


async def test_what_somebody_typed_is_not_kept(door: Door) -> None:
    """A code that was mistyped, or an address with a question, leaves nothing behind in memory."""
    async with loopback.client(base_url=door.url, headers={"Accept-Encoding": "br"}) as nobody:
        before = kept_compressed.cache_info().currsize
        await nobody.post("/", data={"code": "K7Q2-M9XA-9"}, headers={"Sec-Fetch-Site": "same-origin"})
        await nobody.get("/?somebody=Erika")
    assert kept_compressed.cache_info().currsize == before
