"""Composes the upload service."""

from datetime import timedelta
from functools import partial

from services.upload.client.pool import Limits
from services.upload.client.tessdata import LanguageMissingError, tessdata
from services.upload.client.turns import AllTurns, Turns
from services.upload.client.workers import Workers
from services.upload.handlers import Intake
from services.upload.settings import UploadSettings
from services.upload.store import Papers, Sheets
from shared.clock import Clock, utc_now
from shared.composition import compose
from shared.events.gateway import DocumentSubmitted, PageDropped, PageUploaded
from shared.events.upload import PageChecked
from shared.links import Links
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.health import Check, lasting

WAITING = 0.5  # of the time for a page or document: so long it may wait for its turn before
UNSERVED = timedelta(minutes=5)  # without a child process this long, the container is better started anew


def app(connections: Connections, settings: UploadSettings | None = None, clock: Clock = utc_now) -> Service:
    """Return the upload service, composed but not started.

    Raises:
        ValueError: there is no link secret.
    """
    settings = settings or UploadSettings()
    service = compose("upload", connections, clock)
    workers = Workers(settings.processes, _limits(settings), reserved=settings.reserved_processes)
    papers = Papers(service.database, service.objects)
    sheets = Sheets(service.database, Links(connections.link_secret))
    intake = Intake(papers, sheets, workers, service.ledger, turns_of(settings, workers.processes), clock)
    service.prepares += [papers.prepare, sheets.prepare, workers.start]
    service.account_for(*papers.inventories, sweep_every_s=settings.sweep_every_s)
    service.cleanups.append(workers.stop)
    served = Check("workers", workers.missing)
    service.ready_checks += [Check("tesseract", _german), served]
    service.live_checks.append(lasting(served, UNSERVED))
    page = partial(service.on, prefetch=settings.pages_in_hand, deadline_s=(1 + WAITING) * settings.check_deadline_s)
    page("check", intake.check, PageUploaded)
    page("probe", intake.probe, PageChecked)
    service.once("forget", intake.forget, PageDropped)
    service.on(
        "file",
        intake.file,
        DocumentSubmitted,
        prefetch=settings.documents_in_hand,
        deadline_s=(1 + WAITING) * settings.document_deadline_s,
    )
    return service


def turns_of(settings: UploadSettings, processes: int) -> AllTurns:
    """Return the places for what a process with so many children has in hand."""
    page = partial(Turns, 2 * processes, in_hand=settings.pages_in_hand, seconds=WAITING * settings.check_deadline_s)
    document = partial(Turns, in_hand=settings.documents_in_hand, seconds=WAITING * settings.document_deadline_s)
    return AllTurns(
        checks=page(),
        probes=page(),
        documents=document(settings.documents_at_once),
        urgent=document(1),
        urgent_types=settings.power_cut_types,
    )


def _limits(settings: UploadSettings) -> Limits:
    return Limits(
        check_seconds=settings.check_seconds,
        probe_seconds=settings.probe_seconds,
        read_seconds=settings.read_seconds,
        bind_seconds=settings.bind_seconds,
        memory_bytes=settings.memory_bytes,
    )


async def _german() -> str | None:
    """Say what to do if Tesseract has no German."""
    try:
        tessdata("deu")
    except LanguageMissingError as error:
        return str(error)
    return None
