"""What a running stack tells the other commands about itself, in a file only its owner can read."""

import fcntl
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil
from pydantic import BaseModel

from deploy.local.part import Part
from deploy.local.remembered import write_private


class Record(BaseModel):
    """A stack that runs: its process, its parts' processes, and the settings that point to it."""

    pid: int
    parts: dict[str, int | None]
    environment: dict[str, str]


def write(folder: Path, parts: Iterable[Part], environment: Mapping[str, str]) -> None:
    """Leave the record; it counts for as long as this process holds the folder's lock."""
    record = Record(pid=os.getpid(), parts={part.name: part.pid for part in parts}, environment=dict(environment))
    write_private(folder / "running.json", record.model_dump())


def read(folder: Path) -> Record | None:
    """Return the record of the stack that runs in this folder, None if none does."""
    path, lock = folder / "running.json", folder / "lock"
    if not path.exists() or not _is_held(lock):
        return None
    record = Record.model_validate_json(path.read_text())
    return record if psutil.pid_exists(record.pid) else None


def _is_held(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def resident(pid: int) -> int:
    """Return the resident memory in bytes of a process and all its descendants; 0 if it has gone."""
    try:
        process = psutil.Process(pid)
        return sum(member.memory_info().rss for member in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0
