"""One page taken again: the document keeps its number and its first date of arrival, and nothing is lost."""

import asyncio
import itertools
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from services.gateway.domain.documents import MOST_REPLACEMENTS
from services.gateway.handlers.reconcile import reconcile
from services.gateway.store.repeats import Repeats
from shared.clock import utc_now
from shared.events.notify import AlertRaised
from shared.events.upload import DocumentFailed
from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone
from tests.integration.gateway.replacing import filed, listed_pages, replace_page, shown_document

pytestmark = pytest.mark.live


async def test_number_and_first_date_stay_and_the_receipt_shows_both_dates(door: Door, phone: Phone) -> None:
    """The new page stands in the old one's place; its event carries the whole document under the next version."""
    document_id = await phone.document(pages=3)
    first = (await phone.get(f"/v1/documents/{document_id}/receipt")).json()
    (one, two, three), tag = await listed_pages(phone, document_id)
    again = await phone.page()
    answer = await replace_page(phone, document_id, three, again, tag)
    receipt = answer.json()
    assert answer.status_code == 202
    assert (receipt["receipt_number"], receipt["received_at"]) == (first["receipt_number"], first["received_at"])
    assert [page["page_id"] for page in receipt["pages"]] == [one, two, again]
    [replacement] = receipt["replacements"]
    assert (replacement["number"], replacement["replaced_page_id"]) == (3, three)
    assert replacement["replaced_sha256"] == first["pages"][2]["sha256"]
    assert replacement["replaced_at"] > first["received_at"]
    assert replacement["replaced_at_text"].endswith("Uhr")
    assert (await phone.get(f"/v1/documents/{document_id}/receipt")).json() == receipt
    before, after = await door.heard(document_id, "document.submitted.v1", 2)
    assert (before["data"]["version"], after["data"]["version"]) == (1, 2)
    assert [page["page_id"] for page in after["data"]["pages"]] == [one, two, again]
    assert (after["data"]["replaced_page_ids"], after["data"]["replaced_number"]) == ([three], 3)
    assert after["data"]["received_at"] == before["data"]["received_at"]


async def test_a_consent_says_which_version_its_pages_are_of(door: Door, phone: Phone) -> None:
    """Whoever forwards the papers waits for those with the page that was just taken again."""
    page_id = await phone.page()
    document_id = (await phone.submit([page_id])).json()["document_id"]
    await replace_page(phone, document_id, page_id, await phone.page(), '"1"')
    consent_id = (await phone.consent(document_id)).raise_for_status().json()["consent_id"]
    [given] = await door.heard(consent_id, "consent.given.v1")
    assert given["data"]["version"] == 2


async def test_the_old_page_is_kept_and_the_timeline_says_so(phone: Phone) -> None:
    """Its bytes can be fetched, it stands in the list of pages as replaced, and the citizen is told in words."""
    uploaded = (await phone.upload()).json()
    document_id = (await phone.submit([uploaded["page_id"]])).json()["document_id"]
    again = await phone.page()
    await replace_page(phone, document_id, uploaded["page_id"], again, '"1"')
    original = await phone.get(f"/v1/pages/{uploaded['page_id']}/original")
    assert sha256(original.content).hexdigest() == uploaded["sha256"]
    places = (await phone.get(f"/v1/documents/{document_id}/pages")).json()
    assert (places["version"], [place["page_id"] for place in places["pages"]]) == (2, [again])
    [gone] = places["pages"][0]["replaced"]
    assert (gone["page_id"], gone["sha256"]) == (uploaded["page_id"], uploaded["sha256"])
    timeline = await phone.get(f"/v1/documents/{document_id}/timeline", headers={"Accept-Language": "en"})
    newest, oldest = timeline.json()["items"]
    assert newest["text"].startswith("Page 1 of your document has been replaced")
    assert oldest["code"] == "document.submitted"


async def test_a_repeated_request_is_answered_the_same_and_replaces_once(door: Door, phone: Phone) -> None:
    """Eight copies at once, and one a while later: one replacement, one event, one answer."""
    document_id, again, name = await phone.document(), await phone.page(), new_id()
    [old], tag = await listed_pages(phone, document_id)
    answers = await asyncio.gather(*(replace_page(phone, document_id, old, again, tag, name=name) for _ in range(8)))
    answers.append(await replace_page(phone, document_id, old, again, tag, name=name))
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert len(await door.heard(document_id, "document.submitted.v1", 2)) == 2
    assert (await shown_document(phone, document_id))["version"] == 2
    other = await replace_page(phone, document_id, old, await phone.page(), tag, name=name)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")


async def test_of_racing_edits_one_wins_and_the_others_are_told(phone: Phone) -> None:
    """Two devices that saw the same pages cannot undo each other's change, whichever page each of them means."""
    document_id = await phone.document(pages=2)
    (one, two), tag = await listed_pages(phone, document_id)
    new = [await phone.page() for _ in range(6)]
    wishes = [(old, again) for old, again in zip((one, two) * 3, new, strict=True)]
    answers = await asyncio.gather(*(replace_page(phone, document_id, *wish, tag) for wish in wishes))
    assert sorted(answer.status_code for answer in answers) == [202, *[412] * 5]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 412} == {"document.changed"}
    pages, fresh = await listed_pages(phone, document_id)
    assert len(set(pages) & set(new)) == 1
    assert fresh != tag


async def test_unfit_replacements_are_refused(phone: Phone, stranger: Phone) -> None:
    """Each has its own reason, and nothing is changed."""
    document_id, other = await phone.document(pages=2), await phone.page()
    (one, two), tag = await listed_pages(phone, document_id)
    theirs = await stranger.page()
    cases = [
        (await replace_page(phone, document_id, one, other, None), 428, "document.version_missing"),
        (await replace_page(phone, document_id, one, other, '"7"'), 412, "document.changed"),
        (await replace_page(phone, document_id, new_id(), other, tag), 404, "page.missing"),
        (await replace_page(phone, document_id, one, theirs, tag), 404, "page.missing"),
        (await replace_page(phone, document_id, one, two, tag), 422, "document.page_twice"),
        (await replace_page(stranger, document_id, one, theirs, tag), 404, "document.missing"),
        (await phone.post(f"/v1/documents/{document_id}/pages/{one}/replacement", json={"page_id": other}), 400,
         "idempotency_key.missing"),
    ]  # fmt: skip
    for answer, status, code in cases:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await listed_pages(phone, document_id) == ([one, two], tag)
    await replace_page(phone, document_id, one, other, tag)
    late = await replace_page(phone, document_id, one, await phone.page(), "*")
    assert (late.status_code, late.json()["code"]) == (409, "page.replaced")
    back = await replace_page(phone, document_id, other, one, "*")
    assert (back.status_code, back.json()["code"]) == (422, "document.page_twice")


async def test_there_is_an_end_to_replacing(door: Door, phone: Phone) -> None:
    """Each makes the whole document be read again, so nobody may do it for ever."""
    document_id = await phone.document()
    [page], tag = await listed_pages(phone, document_id)
    row = await door.database.documents.find_one({"_id": document_id})
    assert row
    gone = [
        {
            "number": 1,
            "page_id": new_id(),
            "replaced": {**row["pages"][0], "page_id": new_id()},
            "replaced_at": utc_now(),
        }
        for _ in range(MOST_REPLACEMENTS)
    ]
    await door.database.documents.update_one({"_id": document_id}, {"$set": {"replacements": gone}})
    answer = await replace_page(phone, document_id, page, await phone.page(), tag)
    assert (answer.status_code, answer.json()["code"]) == (409, "document.too_many_replacements")


async def test_the_list_of_pages_keeps_its_tag_while_other_things_change(door: Door, phone: Phone) -> None:
    """Filing a document does not make a phone's knowledge of its pages out of date."""
    document_id = await phone.document()
    pages, tag = await listed_pages(phone, document_id)
    await door.say(await filed(door, phone, document_id, pages, 1))
    unchanged = await phone.get(f"/v1/documents/{document_id}/pages", headers={"If-None-Match": tag})
    assert unchanged.status_code == 304


async def test_the_highest_version_is_shown_in_whatever_order_they_are_filed(door: Door, phone: Phone) -> None:
    """Three versions in all six orders, one of them twice: state, version and PDF are those of the last one."""
    for order in itertools.permutations((1, 2, 3)):
        document_id = await phone.document()
        for _ in range(2):
            [page], tag = await listed_pages(phone, document_id)
            assert (await replace_page(phone, document_id, page, await phone.page(), tag)).status_code == 202
        facts = {version: await filed(door, phone, document_id, [page], version) for version in (1, 2, 3)}
        await door.say(*(facts[version] for version in order), facts[order[0]])
        shown = await shown_document(phone, document_id)
        assert (shown["state"], shown["version"], shown["filed_version"]) == ("filed", 3, 3)
        pdf = await phone.get(f"/v1/documents/{document_id}/pdf")
        assert pdf.content == b"%PDF-1.7 version 3"


async def test_until_it_is_filed_anew_the_former_pdf_can_be_had(door: Door, phone: Phone) -> None:
    """Replacing makes a document wait again; if the new version fails, the former one is still there."""
    document_id = await phone.document()
    [page], tag = await listed_pages(phone, document_id)
    await door.say(await filed(door, phone, document_id, [page], 1))
    await replace_page(phone, document_id, page, await phone.page(), tag)
    shown = await shown_document(phone, document_id)
    assert (shown["state"], shown["version"], shown["filed_version"]) == ("received", 2, 1)
    ids: dict[str, Any] = {"document_id": document_id, "citizen_id": phone.citizen_id, "failed_at": utc_now()}
    await door.say(DocumentFailed(**ids, reason="damaged", version=1))
    assert (await shown_document(phone, document_id))["state"] == "received"
    await door.say(DocumentFailed(**ids, reason="damaged", version=2))
    assert (await shown_document(phone, document_id))["state"] == "failed"
    assert (await phone.get(f"/v1/documents/{document_id}/pdf")).content == b"%PDF-1.7 version 1"


async def test_a_document_kept_before_there_were_versions_can_be_changed(door: Door, phone: Phone) -> None:
    """Rows and filings of an earlier release have no version: they are of the first."""
    document_id = await phone.document()
    [page], _ = await listed_pages(phone, document_id)
    await door.say(await filed(door, phone, document_id, [page], 1))
    gone = {"$unset": {"version": "", "replacements": "", "filing.version": ""}}
    await door.database.documents.update_one({"_id": document_id}, gone)
    again = await phone.page()
    assert (await replace_page(phone, document_id, page, again, '"1"')).status_code == 202
    await door.say(await filed(door, phone, document_id, [again], 2))
    shown = await shown_document(phone, document_id)
    assert (shown["state"], shown["filed_version"]) == ("filed", 2)


async def test_a_version_without_effect_is_announced_again(door: Door, phone: Phone) -> None:
    """What is repeated is the newest version, under its own event id."""
    await door.settle()
    document_id = await phone.document()
    [page], tag = await listed_pages(phone, document_id)
    await replace_page(phone, document_id, page, await phone.page(), tag)
    await door.heard(document_id, "document.submitted.v1", 2)
    later = utc_now() + timedelta(minutes=16)
    await reconcile(
        Repeats(door.database, door.service.ledger, lambda: later, tenant="default", after=timedelta(minutes=15))
    )
    _, second, repeated = await door.heard(document_id, "document.submitted.v1", 3)
    assert (repeated["id"], repeated["data"]) == (second["id"], second["data"])


async def test_the_desk_may_compare_the_page_with_the_one_it_replaced(door: Door, phone: Phone) -> None:
    """A team that was alerted reads both originals."""
    uploaded = (await phone.upload()).json()
    old = uploaded["page_id"]
    document_id, again = (await phone.submit([old])).json()["document_id"], await phone.page()
    await replace_page(phone, document_id, old, again, '"1"')
    now = utc_now()
    alert = AlertRaised(
        alert_id=new_id(), team="money", kind="document_filed", about_id=document_id, due_at=now, raised_at=now
    )
    await door.say(alert)
    async with door.caller("desk") as desk:
        for page_id in (old, again):
            assert (await desk.get(f"/v1/desk/documents/{document_id}/pages/{page_id}/original")).status_code == 200
        shown = (await desk.get(f"/v1/desk/documents/{document_id}")).json()
    assert (shown["page_ids"], shown["version"]) == ([again], 2)
