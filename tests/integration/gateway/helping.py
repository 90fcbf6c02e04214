"""A helper in these tests: invited by a citizen, with a device of their own, acting under the mandate."""

from datetime import timedelta
from typing import Any

import httpx

from shared.clock import utc_now
from tests import loopback
from tests.integration.gateway.people import Caller, Phone, key

NAMES = {"called": "Frau Kaya", "citizen_name": "Amina Yildiz"}
HELPER = "Sevim Kaya"


async def invite(phone: Phone, *scopes: str, **changed: Any) -> dict[str, Any]:
    """Invite somebody; return the mandate with its code."""
    last_day = (utc_now() + timedelta(days=30)).date().isoformat()
    wish = {"kind": "beistand", "scopes": scopes or ("upload",), "last_day": last_day, **NAMES, **changed}
    offered = (await phone.post("/v1/mandates", json=wish, headers=key())).raise_for_status().json()
    coded = (await phone.post(f"/v1/mandates/{offered['mandate_id']}/code")).raise_for_status().json()
    return {**offered, **coded}


async def accept(caller: httpx.AsyncClient, code: str, name: str = HELPER) -> httpx.Response:
    """Accept an invitation, as whoever the caller is."""
    return await caller.post("/v1/acceptances", json={"code": code, "name": name})


async def helper_of(phone: Phone, url: str, *scopes: str, **changed: Any) -> Phone:
    """Return the device of somebody new who acts for the citizen."""
    mandate = await invite(phone, *scopes, **changed)
    async with loopback.client(base_url=url, timeout=60) as nobody:
        accepted = (await accept(nobody, mandate["code"])).raise_for_status().json()
    return acting(Phone(url, accepted["token"]), mandate["mandate_id"])


def acting(phone: Phone, mandate_id: str) -> Phone:
    """Let a device act under a mandate from now on."""
    phone.headers["Acting-For"] = mandate_id
    return phone


def without(phone: Caller, url: str) -> Caller:
    """Return the same device, asking for its own sake."""
    return Caller(url, phone.headers["Authorization"].removeprefix("Bearer "))
