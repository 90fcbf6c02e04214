"""The child process: takes jobs as lines of JSON, answers in lines of JSON, limited in memory and time.

Its answers are data that the parent validates, never pickled objects: whatever a hostile picture makes of
this process, it cannot become code in the parent.
"""

import os
import resource
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter

from services.upload.client.confine import allow, confine, give_way
from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Answer, Bind, Check, Checked, Finished, Job, Order, Probe, Read, Refused

READY = b"ready\n"

_answers: TypeAdapter[Answer] = TypeAdapter(Answer)


def main(memory_bytes: int, parent: int) -> None:
    """Serve jobs from standard input until it ends, or `parent` does."""
    answers = _keep_answers_apart()
    confine(parent)
    _warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers.write(READY)
    with ThreadPoolExecutor(1, initializer=give_way) as aside:
        for line in sys.stdin.buffer:
            order = Order.model_validate_json(line)
            allow(order.cpu_seconds)
            answer = aside.submit(_do, order.job).result() if order.patient else _do(order.job)
            answers.write(_answers.dump_json(answer) + b"\n")


def _keep_answers_apart() -> BinaryIO:
    """Return the pipe for answers; what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers


def _warm_up() -> None:
    """Import what a verdict needs and load the network before the first one waits."""
    import cv2  # noqa: PLC0415 - only the child pays for it
    import numpy as np  # noqa: PLC0415 - only the child pays for it

    from services.upload.client import annotate, look, photo, upright  # noqa: F401, PLC0415 - as above

    cv2.setNumThreads(1)
    photo.prepare()
    upright.turn_to_upright(np.zeros((300, 300, 3), np.uint8))
    os.dup2(1, 2)


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
    """Do a job; what only documents need is imported by the first: a third of a start, which nobody waits for."""
    match job:
        case Check():
            return _check(job)
        case Probe():
            from services.upload.client import probe  # noqa: PLC0415 - as above

            return probe.probe(Path(job.file), job.report)
        case Read():
            from services.upload.client import reader  # noqa: PLC0415 - as above

            return Finished(pages=reader.read_page(Path(job.file), job.page, Path(job.out)))
        case Bind():
            from services.upload.client import pdf, understand  # noqa: PLC0415 - as above

            pages = [Path(page) for page in job.pages]
            pdf.bind(pages, Path(job.out))
            understand.understand(pages, Path(job.understood))
            return Finished()


def _check(job: Check) -> Checked:
    from services.upload.client import annotate, look  # noqa: PLC0415 - as above

    source, seen = look.inspect_file(Path(job.file), half=True)
    Path(job.annotated).write_bytes(annotate.annotated(source.copies, seen.report, seen.marks))
    return Checked(report=seen.report)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
