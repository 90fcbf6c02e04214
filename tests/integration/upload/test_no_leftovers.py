"""Whoever makes a document or a picture again, after a crash or beside another, leaves no copy that nobody names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest

from services.upload.app import turns_of
from services.upload.domain.suggestion import Suggestion
from services.upload.handlers import Intake
from services.upload.schemas import FiledDocument, PageReport
from services.upload.settings import UploadSettings
from services.upload.store import DOCUMENTS, Papers, Sheets
from shared.clock import utc_now
from shared.events.event import Event, envelop
from shared.events.gateway import DocumentSubmitted, SubmittedPage
from shared.ids import new_id
from shared.links import Links
from shared.messaging.ledger import Ledger, Work
from shared.service import Service
from shared.storage.inventory import id_in
from shared.storage.pictures import ANNOTATED
from shared.storage.sweeping import day_key, sweep
from tests.integration.upload.neighbour import Neighbour, submitted, uploaded

pytestmark = pytest.mark.live

MADE = FiledDocument(pdf=b"%PDF-1.7 made", text="text", files=(0,), types=(Suggestion("stromrechnung", 0.9),))


class Killed(BaseException):
    """The process ends here."""


class Made:
    """Workers that make what they are told."""

    def __init__(self, document: FiledDocument = MADE) -> None:
        """Make always the same, as real ones do (`test_document.py`)."""
        self.document = document

    async def make_document(self, _files: object, **_whose: object) -> FiledDocument:
        """Return the document."""
        return self.document


class Dying:
    """A ledger whose process is killed just before it commits."""

    @asynccontextmanager
    async def once(self, _consumer: str, _event: object) -> AsyncIterator[Work]:
        """End the process."""
        raise Killed
        yield


def _intake(service: Service, *, ledger: Ledger | None = None, made: FiledDocument = MADE) -> Intake:
    papers = Papers(service.database, service.objects)
    sheets = Sheets(service.database, Links(service.connections.link_secret))
    makes: Any = Made(made)
    return Intake(papers, sheets, makes, ledger or service.ledger, turns_of(UploadSettings(), 1), utc_now)


def _event() -> Event[DocumentSubmitted]:
    page = SubmittedPage(page_id=new_id(), object_key=f"originals/{new_id()}", sha256="0" * 64)
    return envelop(submitted(page), id=new_id(), time=utc_now(), source="gateway", tenant="default")


async def _lying(service: Service, prefix: str, of: str) -> set[str]:
    """Return the keys of objects of a document or page."""
    return {found.key async for found in service.objects.list(prefix) if id_in(found.key) == of}


async def _named(service: Service, document_id: str) -> set[str]:
    row = await service.database.documents.find_one({"_id": document_id}) or {}
    return set(row.get("files", ()))


async def test_a_document_filed_after_its_process_was_killed_has_one_copy(service: Service) -> None:
    """The second try overwrites what the first one put, and each file is one that the row names."""
    event = _event()
    for _ in range(2):
        with pytest.raises(Killed):
            await _intake(service, ledger=cast("Ledger", Dying())).file(event)
    assert len(await _lying(service, DOCUMENTS, event.data.document_id)) == 3
    await _intake(service).file(event)
    lying = await _lying(service, DOCUMENTS, event.data.document_id)
    assert lying == await _named(service, event.data.document_id)
    assert len(lying) == 3


async def test_a_version_that_came_too_late_leaves_no_files(service: Service) -> None:
    """Two versions made at once: what the slower, older one put is removed; both kept versions stay named."""
    first = _event()
    of = first.data.model_dump() | {"version": 2}
    second = first.model_copy(update={"id": new_id(), "data": DocumentSubmitted.model_validate(of)})
    slow = _intake(service, made=MADE.model_copy(update={"pdf": b"%PDF-1.7 slow"}))
    papers = slow._papers  # noqa: SLF001 - the moment between its look and its commit
    was_newest = await papers.is_newest(first.data)
    await _intake(service).file(second)
    assert was_newest
    files = await papers.keep_files(first, MADE.model_copy(update={"pdf": b"%PDF-1.7 slow"}))
    assert files.pdf_key in await _lying(service, DOCUMENTS, first.data.document_id)
    await papers.drop_files(files)
    lying = await _lying(service, DOCUMENTS, first.data.document_id)
    assert lying == await _named(service, first.data.document_id)
    third = second.model_copy(
        update={"id": new_id(), "data": DocumentSubmitted.model_validate(of | {"version": 3})},
    )
    await _intake(service, made=MADE.model_copy(update={"pdf": b"%PDF-1.7 third"})).file(third)
    lying = await _lying(service, DOCUMENTS, first.data.document_id)
    assert lying == await _named(service, first.data.document_id)
    assert len(lying) == 6


async def test_a_version_from_before_files_were_noted_stays_named(service: Service) -> None:
    """A row that names one version only goes on naming it when the next one is filed."""
    event = _event()
    old = f"{DOCUMENTS}{event.data.document_id}/{'0' * 64}.pdf"
    await service.database.documents.insert_one({"_id": event.data.document_id, "version": 1, "pdf_key": old})
    second = DocumentSubmitted.model_validate(event.data.model_dump() | {"version": 2})
    await _intake(service).file(event.model_copy(update={"data": second}))
    assert old in await _named(service, event.data.document_id)
    assert len(await _named(service, event.data.document_id)) == 4


async def test_a_picture_drawn_again_takes_the_place_of_the_first(service: Service, gateway: Neighbour) -> None:
    """A page has one picture, however often it is checked, and whatever is drawn then."""
    papers = Papers(service.database, service.objects)
    page = uploaded(await gateway.store(b"a page"), 6)
    keys = {await papers.keep_annotated(page.page_id, picture) for picture in (b"one", b"two")}
    assert await _lying(service, ANNOTATED, page.page_id) == keys
    assert [await service.objects.get(key) for key in keys] == [b"two"]


async def test_files_that_no_row_names_are_swept_after_a_day_and_others_stay(service: Service) -> None:
    """What a process left that died for good goes; files of every version and of rows from before stay."""
    papers, every = Papers(service.database, service.objects), timedelta(hours=1)
    event = _event()
    await _intake(service).file(event)
    lost = await papers.keep_files(event, MADE.model_copy(update={"pdf": b"%PDF-1.7 lost"}))
    page_id, before = new_id(), new_id()
    picture = await papers.keep_annotated(new_id(), b"of nobody")
    named = await papers.keep_annotated(page_id, b"of somebody")
    report = PageReport(verdict="good")
    await service.database.pages.insert_one({"_id": page_id, "annotated_key": named, "report": report.model_dump()})
    old = day_key(DOCUMENTS, utc_now().date(), before, "old.pdf")
    await service.objects.put(old, b"old", size_bytes=3, media_type="application/pdf")
    await service.database.documents.insert_one({"_id": before, "pdf_key": old})
    for inventory in papers.inventories:
        await sweep(service.objects, inventory, utc_now(), every)
    assert await service.objects.exists(lost.pdf_key)
    for inventory in papers.inventories:
        await sweep(service.objects, inventory, utc_now() + timedelta(days=1, minutes=1), every)
    there = {key: await service.objects.exists(key) for key in (lost.pdf_key, picture, named, old)}
    assert there == {lost.pdf_key: False, picture: False, named: True, old: True}
    assert await _lying(service, DOCUMENTS, event.data.document_id) == await _named(service, event.data.document_id)
