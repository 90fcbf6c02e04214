"""The page on which a browser is switched on says what to do when that browser cannot be told."""

import pytest

from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone
from tests.integration.gateway.test_channels import POINT, SECRET, states
from tests.integration.gateway.test_login import browser

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("host", "status", "found"),
    [("push.example", 422, "anderen Browser"), ("fcm.googleapis.com", 200, ""), ("web.push.apple.com", 200, "")],
)
async def test_a_browser_with_an_unknown_push_service_is_told_so(
    door: Door, phone: Phone, host: str, status: int, found: str
) -> None:
    """The page stays, with a word on what else there is; the browsers that people use are switched on."""
    form = {"key": new_id(), "endpoint": f"https://{host}/x", "p256dh": POINT, "auth": SECRET}
    async with browser(door, phone) as reader:
        answer = await reader.post("/channels/push", data=form)
    shown = 422 if answer.status_code == 422 else 200  # it leads on by a redirect or a refresh
    assert (shown, found in answer.text) == (status, True)
    assert await states(phone) == ([] if status == 422 else ["on"])
