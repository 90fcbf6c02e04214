"""Somebody without an account, and what the desk does about them."""

from typing import Any

from shared.clock import utc_now
from shared.events.notify import AlertKind, AlertRaised
from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller, Phone, key, somebody

QUEUE = "/v1/desk/newcomers"
NEWCOMER = {"name": "Erika Beispiel", "day": "7", "month": "4", "year": "1985", "phone": "0208 123456"}


async def start(door: Door, **changed: Any) -> Phone:
    """Start without an account."""
    async with Caller(door.url, "nobody") as nobody:
        answer = (await nobody.post("/v1/newcomers", json=somebody(**changed), headers=key())).raise_for_status().json()
    phone = Phone(door.url, answer["token"])
    phone.citizen_id = answer["citizen_id"]
    return phone


async def alert(door: Door, about_id: str, team: str = "money", kind: AlertKind = "assignment_waiting") -> None:
    """Alert a team, as the notify service does."""
    now = utc_now()
    fact = AlertRaised(alert_id=new_id(), team=team, kind=kind, about_id=about_id, due_at=now, raised_at=now)
    await door.say(fact)


async def assign(desk: Caller, newcomer_id: str, citizen_id: str | None, name: str | None = None) -> Any:
    """Say whose a newcomer's papers are."""
    wish = {"citizen_id": citizen_id}
    return await desk.post(f"{QUEUE}/{newcomer_id}/assignment", json=wish, headers=key(name))
