"""The private folder a service works in: gone when it ends, and swept by the next one if it was killed."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

PREFIX, LOCK = "amtsbote-desk-", ".lock"


class Desk:
    """A folder under the system's temporary one, in which originals lie for the time of their job.

    The lock beside it is held by this process for as long as it lives, however it ends; a folder whose lock nobody
    holds was left behind by a process that was killed.
    """

    def __init__(self, folder: Path, lock: int) -> None:
        """Take over a folder and its lock."""
        self.folder = folder
        self._lock = lock

    @classmethod
    def set_up(cls) -> Self:
        """Create a folder, after sweeping those left behind; blocking."""
        sweep()
        lock, name = _locked()
        folder = Path(name.removesuffix(LOCK))
        folder.mkdir(mode=0o700)
        return cls(folder, lock)

    def clear(self) -> None:
        """Remove the folder with all that is in it; blocking."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.with_name(self.folder.name + LOCK).unlink(missing_ok=True)
        os.close(self._lock)


def sweep() -> None:
    """Remove the folders of processes that were killed; blocking."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*{LOCK}"):
        with suppress(OSError):  # somebody else's, or just being removed
            opened = os.open(lock, os.O_RDWR)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.with_name(lock.name.removesuffix(LOCK)), ignore_errors=True)
                lock.unlink()
            finally:
                os.close(opened)


def _locked() -> tuple[int, str]:
    """Return a lock that this process holds, and its path."""
    while True:
        lock, name = tempfile.mkstemp(prefix=PREFIX, suffix=LOCK)
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if Path(name).exists():  # else it was swept in the moment before it was locked
                return lock, name
        os.close(lock)
