"""A citizen who lets somebody act for them, by the API: for journeys that are about the helper."""

from datetime import timedelta

from shared.clock import utc_now
from shared.ids import new_id
from tests.e2e.citizen import Citizen
from tests.e2e.pages.phone import Phone

MAY = ("upload", "read", "appointments")
HELPER = "Sevim Kaya"


async def invite(citizen: Citizen, called: str = "Amina Yildiz") -> dict[str, str]:
    """Let somebody do everything for a citizen; return the mandate with its code."""
    last_day = (utc_now() + timedelta(days=30)).date().isoformat()
    wish = {
        "kind": "beistand",
        "scopes": MAY,
        "last_day": last_day,
        "called": "Frau Kaya",
        "citizen_name": called,
    }
    http = citizen.http
    offered = (await http.post("/v1/mandates", json=wish, headers={"Idempotency-Key": new_id()})).raise_for_status()
    mandate = offered.json()["mandate_id"]
    coded = (await http.post(f"/v1/mandates/{mandate}/code")).raise_for_status().json()
    return {"mandate_id": mandate, "code": coded["code"]}


async def accept(phone: Phone, code: str) -> None:
    """Accept an invitation on the pages, whose code leaves the address at once."""
    await phone.go(f"/accept#{code}")
    await phone.page.fill("#name", HELPER)
    await phone.page.click("#accept button.kern-btn--primary")
    await phone.page.locator(".acting").wait_for()
