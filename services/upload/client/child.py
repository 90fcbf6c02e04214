"""The child process: takes jobs as lines of JSON, answers in lines of JSON, limited in memory and time.

Its answers are data that the parent validates, never pickled objects: whatever a hostile picture makes of
this process, it cannot become code in the parent.
"""

import os
import resource
import sys
import traceback
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter

from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Answer, Bind, Check, Checked, Finished, Job, Read, Refused

READY = b"ready\n"

_jobs: TypeAdapter[Job] = TypeAdapter(Job)
_answers: TypeAdapter[Answer] = TypeAdapter(Answer)


def main(memory_bytes: int, cpu_seconds: int) -> None:
    """Serve jobs from standard input until it ends, each within so many seconds of CPU."""
    answers = _keep_answers_apart()
    _warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers.write(READY)
    for line in sys.stdin.buffer:
        _allow(cpu_seconds)
        answers.write(_answers.dump_json(_do(line)) + b"\n")


def _keep_answers_apart() -> BinaryIO:
    """Return the pipe for answers; what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers


def _warm_up() -> None:
    """Import what every job needs and load the network before the first one waits."""
    import cv2  # noqa: PLC0415 - only the child pays for it
    import numpy as np  # noqa: PLC0415 - only the child pays for it

    from services.upload.client import look, pdf, photo, reader, upright  # noqa: F401, PLC0415 - as above

    cv2.setNumThreads(1)
    photo.prepare()
    upright.turn_to_upright(np.zeros((300, 300, 3), np.uint8))
    os.dup2(1, 2)


def _allow(cpu_seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + cpu_seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (end if hard == resource.RLIM_INFINITY else min(end, hard), hard))


def _do(line: bytes) -> Answer:
    try:
        return _work(_jobs.validate_json(line))
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
    from services.upload.client import annotate, look, pdf, reader  # noqa: PLC0415 - only the child pays for it

    match job:
        case Check():
            source, report = look.look(Path(job.file))
            Path(job.annotated).write_bytes(annotate.annotated(source.picture, report))
            return Checked(report=report)
        case Read():
            return Finished(pages=reader.read_page(Path(job.file), job.page, Path(job.out)))
        case Bind():
            pdf.bind([Path(page) for page in job.pages], Path(job.out))
            return Finished()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
