"""ID tokens that must let nobody in: for somebody else, out of date, of another attempt, or not the provider's."""

import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.issuer import BITS, CLIENT_ID, Issuer, sealed, unsigned
from tests.integration.gateway.test_login import CLIENT, browser, leave

pytestmark = pytest.mark.live


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forged(connections: Connections) -> AsyncIterator[tuple[Issuer, Door]]:
    """Return a provider whose tokens the tests make, and a gateway that it logs people in to."""
    async with Issuer().serving() as issuer, Door(connections, oidc_issuer=issuer.url, **CLIENT) as door:
        yield issuer, door


SECRET = CLIENT["oidc_client_secret"].encode()
WRONG: dict[str, Callable[[Issuer, str], str]] = {
    "another issuer": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, iss="https://login.example")),
    "no issuer": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, iss=None)),
    "another audience": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, aud="another-app")),
    "no audience": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, aud=None)),
    "meant for another": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, aud=[CLIENT_ID, "b"], azp="b")),
    "expired": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, exp=int(time.time()) - 120)),
    "for ever": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, exp=None)),
    "another nonce": lambda issuer, nonce: issuer.signed(issuer.claims(nonce[::-1])),
    "no nonce": lambda issuer, _: issuer.signed(issuer.claims(None)),
    "nobody": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, sub=None)),
    "somebody else than asked for": lambda issuer, nonce: issuer.signed(issuer.claims(nonce, sub="another")),
    "unsigned": lambda issuer, nonce: unsigned(issuer.claims(nonce)),
    "signature cut off": lambda issuer, nonce: issuer.signed(issuer.claims(nonce)).rpartition(".")[0] + ".",
    "a foreign key": lambda issuer, nonce: issuer.signed(
        issuer.claims(nonce), RSAKey.generate_key(BITS, {"kid": "ours"})
    ),
    "signed with our secret": lambda issuer, nonce: sealed(issuer.claims(nonce), SECRET),
    "signed with a public key as secret": lambda issuer, nonce: sealed(
        issuer.claims(nonce), issuer.key.as_pem(private=False)
    ),
    "no token": lambda _, __: "",
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_is_not_for_us_lets_nobody_in(forged: tuple[Issuer, Door], wrong: str) -> None:
    """Whatever is wrong with it, the page says how to go on, nothing is kept, and a right token then works."""
    issuer, door = forged
    before = await _kept(door)
    async with browser(door) as reader:
        refused = await _back(reader, issuer, WRONG[wrong])
        assert (refused.status_code, "noch einmal von vorn" in refused.text) == (400, True)
        assert 'href="/"' in refused.text
        assert "amtsbote" not in reader.cookies
        assert await _kept(door) == before
        assert (await _back(reader, issuer, lambda issuer, nonce: issuer.signed(issuer.claims(nonce)))).is_redirect
        assert (await reader.get("/things")).status_code == 200


async def _kept(door: Door) -> list[int]:
    """Return how many people, devices and logins there are."""
    kept = (door.database.citizens, door.database.devices, door.database.logins, door.database.newcomers)
    return [await rows.count_documents({}) for rows in kept]


async def _back(reader: httpx.AsyncClient, issuer: Issuer, make: Callable[[Issuer, str], str]) -> httpx.Response:
    """Log in, with a token that is made for this attempt."""
    asked = parse_qs(urlsplit(await leave(reader)).query)
    issuer.id_token = make(issuer, asked["nonce"][0])
    return await reader.get("/login/back", params={"code": "c", "state": asked["state"][0]})
