"""A child process, forked from the template: takes jobs and answers in lines of JSON, limited in memory and time.

Its answers are data that the parent validates, never pickled objects: whatever a hostile picture makes of
this process, it cannot become code in the parent.
"""

import os
import resource
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import TypeAdapter

from services.upload.client import annotate, look, pdf, probe, reader, understand
from services.upload.client.confine import allow, confine, give_way
from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Answer, Bind, Check, Checked, Finished, Job, Order, Probe, Read, Refused

READY = b"ready\n"

_answers: TypeAdapter[Answer] = TypeAdapter(Answer)


def serve(channel: int, memory_bytes: int, parent: int) -> None:
    """Serve jobs from a socket until it is closed, or `parent` ends."""
    os.setsid()  # so that Ctrl-C reaches only the service
    confine(parent)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    orders, answers = os.fdopen(os.dup(channel), "rb"), os.fdopen(channel, "wb", buffering=0)
    answers.write(READY)
    with ThreadPoolExecutor(1, initializer=give_way) as aside:
        for line in orders:
            order = Order.model_validate_json(line)
            allow(order.cpu_seconds)
            answer = aside.submit(_do, order.job).result() if order.patient else _do(order.job)
            answers.write(_answers.dump_json(answer) + b"\n")


def _do(job: Job) -> Answer:
    try:
        return _work(job)
    except RefusedFileError as refused:
        return Refused(code=refused.code)
    except MemoryError:
        return Refused(code="out_of_memory")
    except Exception as error:  # noqa: BLE001 - one file must not cost the process
        return Refused(code="failed", detail=_place(error))


def _place(error: Exception) -> str:
    """Say what kind of error came from which line of ours; its text may hold what stood on the page."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "upload" in frame.filename]
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else repr(type(error))


def _work(job: Job) -> Answer:
    match job:
        case Check():
            return _check(job)
        case Probe():
            return probe.probe(Path(job.file), job.report, bytes.fromhex(job.key))
        case Read():
            return Finished(pages=reader.read_page(Path(job.file), job.page, Path(job.out)))
        case Bind():
            pages = [Path(page) for page in job.pages]
            pdf.bind(pages, Path(job.out))
            understand.understand(pages, Path(job.understood))
            return Finished()


def _check(job: Check) -> Checked:
    source, seen = look.inspect_file(Path(job.file), half=True)
    Path(job.annotated).write_bytes(annotate.annotated(source.copies, seen.report, seen.marks))
    return Checked(report=seen.report)
