"""Without an account: handed in at once, assigned once by the right team, and nothing seen that is not one's own."""

import asyncio
import json
import re
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.clock import utc_now
from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.newcomers import QUEUE, alert, assign, start
from tests.integration.gateway.people import Caller, Phone, key, window
from tests.integration.gateway.test_channels import mailbox

pytestmark = pytest.mark.live


async def test_papers_come_to_their_citizen_and_no_further(door: Door, phone: Phone) -> None:
    """Assigned, papers and their receipt are the citizen's, unchanged; the newcomer sees their own and no other."""
    others = await phone.document()
    async with await start(door) as newcomer, door.caller("desk") as desk:
        document = await newcomer.document()
        receipt = (await newcomer.get(f"/v1/documents/{document}/receipt")).json()
        assert "ohne Konto" in receipt["handed_in_by_text"]
        [event] = await door.heard(newcomer.citizen_id, "assignment.requested.v1")
        assert event["data"]["errand"] == "hand_in"
        assert (await phone.get(f"/v1/documents/{document}")).status_code == 404
        await alert(door, newcomer.citizen_id)
        assert (await desk.get(f"/v1/desk/documents/{document}")).status_code == 200
        decided = (await assign(desk, newcomer.citizen_id, phone.citizen_id)).raise_for_status().json()
        assert (decided["citizen_id"], decided["outcome"]) == (phone.citizen_id, "existing")
        [event] = await door.heard(newcomer.citizen_id, "assignment.decided.v1")
        assert (event["data"]["owner_id"], event["data"]["tool_id"]) == (phone.citizen_id, "desk")
        for reader in (phone, newcomer):
            assert (await reader.get(f"/v1/documents/{document}/receipt")).json() == receipt
        listed = [one["document_id"] for one in (await phone.get("/v1/documents")).json()["items"]]
        assert listed == [document, others]
        kinds = {entry["kind"] for entry in (await phone.get("/v1/timeline")).json()["items"]}
        assert {"assignment.requested", "assignment.decided", "document.submitted"} <= kinds
        assert [one["document_id"] for one in (await newcomer.get("/v1/documents")).json()["items"]] == [document]
        for path in (f"/v1/documents/{others}", f"/v1/documents/{others}/receipt"):
            assert (await newcomer.get(path)).status_code == 404
        assert (
            len({entry["document_id"] for entry in (await newcomer.get("/v1/timeline")).json()["items"]} - {None}) == 1
        )
        later = await newcomer.document()
        assert (await phone.get(f"/v1/documents/{later}")).status_code == 200


async def test_each_look_is_kept_and_only_the_teams(door: Door) -> None:
    """The list names nobody; who somebody says they are is shown to the alerted team alone, and each look is kept."""
    async with await start(door) as newcomer, door.caller("desk") as desk, door.caller("other_desk") as other:
        document = await newcomer.document()
        assert (await desk.get(f"{QUEUE}/{newcomer.citizen_id}")).status_code == 404  # nobody was alerted yet
        await alert(door, newcomer.citizen_id)
        items = await _all(desk)
        assert newcomer.citizen_id in {one["newcomer_id"] for one in items}
        assert "Erika" not in json.dumps(items)
        assert newcomer.citizen_id not in {one["newcomer_id"] for one in await _all(other)}
        for path in (f"{QUEUE}/{newcomer.citizen_id}", f"/v1/desk/documents/{document}"):
            assert (await other.get(path)).status_code == 404
        assert (await assign(other, newcomer.citizen_id, None)).status_code == 404
        assert (await newcomer.get(QUEUE)).json()["code"] == "token.other_role"
        shown = (await desk.get(f"{QUEUE}/{newcomer.citizen_id}")).json()
        said = {"name": "Erika Beispiel", "born_on": "1985-04-07", "phone": "+49208123456", "verified": []}
        assert shown["person"] == said
        assert [paper["document_id"] for paper in shown["documents"]] == [document]
        kept = await door.database.readings.find({"newcomer_id": newcomer.citizen_id}).to_list(None)
        assert [(row["tool_id"], row["team"]) for row in kept] == [("desk", "money")]


async def _all(desk: Caller) -> list[dict[str, Any]]:
    """Return the whole queue, part by part."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        part = (await desk.get(QUEUE, params={"cursor": cursor} if cursor else {})).raise_for_status().json()
        items += part["items"]
        if not (cursor := part["next_cursor"] or ""):
            return items


async def test_the_queue_comes_in_parts_oldest_first(door: Door) -> None:
    """Who waits longest comes first, nobody is left out or twice, and who is assigned is gone."""
    now = utc_now()
    row = {
        "errand": "hand_in",
        "state": "waiting",
        "person": None,
        "started_at": now,
        "requested_at": now,
        "team": "work",
    }
    ids = [new_id() for _ in range(53)]
    await door.database.newcomers.insert_many([{"_id": id_, "key": id_, "device_id": id_, **row} for id_ in ids])
    async with door.caller("other_desk") as other:
        assert [one["newcomer_id"] for one in await _all(other)] == ids
        assert (await assign(other, ids[7], None)).status_code == 200
        assert [one["newcomer_id"] for one in await _all(other)] == [*ids[:7], *ids[8:]]
    await door.database.newcomers.delete_many({"team": "work"})


async def test_somebody_is_assigned_once(door: Door, phone: Phone, stranger: Phone) -> None:
    """Of several who decide at once one decides; the same request again hears the same; afterwards it is too late."""
    async with await start(door) as newcomer, door.caller("desk") as desk:
        await newcomer.document()
        await alert(door, newcomer.citizen_id)
        tries = [
            assign(desk, newcomer.citizen_id, owner) for owner in (phone.citizen_id, stranger.citizen_id, None) * 2
        ]
        answers = await asyncio.gather(*tries)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
        assert {answer.json()["code"] for answer in answers if answer.is_error} == {"newcomer.decided"}
        assert len(await door.heard(newcomer.citizen_id, "assignment.decided.v1")) == 1
        owners = [reader for reader in (phone, stranger) if (await reader.get("/v1/documents")).json()["items"]]
        assert len(owners) <= 1


async def test_repeated_decision_is_answered_the_same(door: Door, phone: Phone) -> None:
    """A tool that is not sure asks again under its key; what newcomers said of themselves is gone by then."""
    async with await start(door) as newcomer, door.caller("desk") as desk:
        await newcomer.document()
        await alert(door, newcomer.citizen_id)
        name = new_id()
        first, second = [await assign(desk, newcomer.citizen_id, phone.citizen_id, name) for _ in range(2)]
        assert (first.status_code, first.json()) == (200, second.json())
        shown = (await desk.get(f"{QUEUE}/{newcomer.citizen_id}")).json()
        assert (shown["state"], shown["person"]) == ("existing", None)
        assert "Beispiel" not in str(await door.database.newcomers.find_one({"_id": newcomer.citizen_id}))


async def test_a_new_citizen_may_own_and_a_waiting_one_may_not(door: Door) -> None:
    """Papers go to nobody unknown and to nobody who waits; taken as a new one, somebody is a citizen like others."""
    async with await start(door, errand="apply") as first, await start(door) as second, door.caller("desk") as desk:
        await second.document()
        for newcomer in (first, second):  # who applies waits at once
            await door.heard(newcomer.citizen_id, "assignment.requested.v1")
            await alert(door, newcomer.citizen_id)
        for owner in (first.citizen_id, second.citizen_id, new_id()):
            answer = await assign(desk, second.citizen_id, owner)
            assert (answer.status_code, answer.json()["code"]) == (422, "newcomer.owner_unknown")
        assert (await assign(desk, first.citizen_id, None)).json()["outcome"] == "new"
        assert (await assign(desk, second.citizen_id, first.citizen_id)).json()["outcome"] == "existing"
        assert len((await first.get("/v1/documents")).json()["items"]) == 1


async def test_a_page_the_owner_took_again_leaves_the_newcomers_page_whole(door: Door, phone: Phone) -> None:
    """The owner replaces a page; the newcomer still opens the document, and not the owner's new picture."""
    async with await start(door) as newcomer, door.caller("desk") as desk:
        document = await newcomer.document()
        await alert(door, newcomer.citizen_id)
        (await assign(desk, newcomer.citizen_id, phone.citizen_id)).raise_for_status()
        places = await phone.get(f"/v1/documents/{document}/pages")
        old, new = places.json()["pages"][0]["page_id"], await phone.page()
        path = f"/v1/documents/{document}/pages/{old}/replacement"
        done = await phone.post(path, json={"page_id": new}, headers={**key(), "If-Match": places.headers["etag"]})
        assert done.status_code == 202
        token = newcomer.headers["Authorization"].removeprefix("Bearer ")
        opened = await newcomer.get(f"/documents/{document}", headers={"Cookie": f"amtsbote={token}"})
        assert opened.status_code == 200
        assert (await newcomer.get(f"/v1/pages/{new}/original")).status_code == 404


async def test_both_are_told_of_the_decision(door: Door, phone: Phone) -> None:
    """Whose papers they turn out to be is news for who waited and for the owner: in the timeline, and as they chose."""
    async with await start(door) as newcomer, await start(door, errand="apply") as new, door.caller("desk") as desk:
        await newcomer.document()
        for one in (newcomer, new):
            await alert(door, one.citizen_id)
        channels = [await mailbox(door, one) for one in (newcomer, phone, new)]
        (await assign(desk, newcomer.citizen_id, phone.citizen_id)).raise_for_status()
        (await assign(desk, new.citizen_id, None)).raise_for_status()
        for channel_id, reader in zip(channels, (newcomer, phone, new), strict=True):
            asked = await door.heard(channel_id, "notice.asked.v1", 2)
            assert [one["data"]["topic"] for one in asked] == ["confirm", "news"]
            kinds = [entry["kind"] for entry in (await reader.get("/v1/timeline")).json()["items"]]
            assert kinds.count("assignment.decided") == 1


@pytest.mark.parametrize("errand", ["apply", "hand_in"])
async def test_who_is_to_call_a_newcomer_finds_the_number(door: Door, errand: str) -> None:
    """A team alerted about a newcomer's callback is led to their phone number, also if nothing was handed in yet."""
    async with await start(door, errand=errand) as newcomer, door.caller("other_desk") as other:
        callback = (await newcomer.post("/v1/callbacks", json=window(), headers=key())).json()["callback_id"]
        assert (await other.get(f"{QUEUE}/{newcomer.citizen_id}")).status_code == 404
        await alert(door, callback, team="work", kind="callback_promised")
        shown = (await other.get(f"/v1/desk/callbacks/{callback}")).json()
        assert shown["newcomer_id"] == newcomer.citizen_id
        who = (await other.get(f"{QUEUE}/{shown['newcomer_id']}")).json()["person"]
        assert who["phone"] == "+49208123456"
        assert await door.database.readings.count_documents({"newcomer_id": newcomer.citizen_id}) == 1


async def test_who_somebody_is_stays_in_the_database(door: Door) -> None:
    """No event and no log line has a name, a birthday or a phone number in it."""
    with capture_logs() as lines:
        async with await start(door) as newcomer, door.caller("desk") as desk:
            await newcomer.document()
            await door.heard(newcomer.citizen_id, "assignment.requested.v1")
            await alert(door, newcomer.citizen_id)
            await desk.get(f"{QUEUE}/{newcomer.citizen_id}")
            await assign(desk, newcomer.citizen_id, None)
            await door.heard(newcomer.citizen_id, "assignment.decided.v1")
    told = f"{lines} {door.announced}"
    assert newcomer.citizen_id in told
    assert not re.search(r"Erika|Beispiel|1985-04-07|(?<![\w-])1985(?![\w-])|208 ?123456", told)  # ids have digits, too
