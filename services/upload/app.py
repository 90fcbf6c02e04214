"""Composes the upload service."""

from datetime import timedelta

from services.upload.client.pool import Limits
from services.upload.client.tessdata import LanguageMissingError, tessdata
from services.upload.client.workers import Workers
from services.upload.handlers import Intake
from services.upload.settings import UploadSettings
from services.upload.store import Papers
from shared.clock import Clock, utc_now
from shared.events.gateway import DocumentSubmitted, PageUploaded
from shared.events.upload import PageChecked
from shared.service import Service, compose
from shared.settings import Connections
from shared.telemetry.health import Check, lasting

UNSERVED = timedelta(minutes=5)  # without a child process this long, the container is better started anew


def app(connections: Connections, settings: UploadSettings | None = None, clock: Clock = utc_now) -> Service:
    """Return the upload service, composed but not started."""
    settings = settings or UploadSettings()
    service = compose("upload", connections, clock)
    workers = Workers(settings.processes, _limits(settings), reserved=settings.reserved_processes)
    papers = Papers(service.database, service.objects)
    intake = Intake(papers, workers, service.ledger, clock)
    service.prepares += [papers.prepare, workers.start]
    service.account_for(*papers.inventories, sweep_every_s=settings.sweep_every_s)
    service.cleanups.append(workers.stop)
    served = Check("workers", workers.missing)
    service.ready_checks += [Check("tesseract", _german), served]
    service.live_checks.append(lasting(served, UNSERVED))
    waiting = 2 * workers.processes
    service.on("check", intake.check, PageUploaded, prefetch=waiting, deadline_s=settings.check_deadline_s)
    service.on("probe", intake.probe, PageChecked, prefetch=waiting, deadline_s=settings.check_deadline_s)
    service.on(
        "file",
        intake.file,
        DocumentSubmitted,
        prefetch=settings.documents_at_once,
        deadline_s=settings.document_deadline_s,
    )
    return service


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
