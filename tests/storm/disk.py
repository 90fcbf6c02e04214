"""Disks of our own that can be filled: a tmpfs as a server's data folder, in a mount namespace that ends with us."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

MIB = 1024 * 1024
SIZE_MIB = 1024
APART = "AMTSBOTE_STORM_APART"  # set once we are in a namespace of our own
FOLDERS = {"s3": "s3"}  # where the data of a server is, if not in `SERVER/data`


def why_not() -> str | None:
    """Return why no disk can be filled here; nothing if one can."""
    if os.geteuid():
        return "only root can mount a tmpfs"
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    return f"no mount namespace here ({done.stderr.strip()})" if done.returncode else None


def go_apart(module: str, words: Sequence[str]) -> None:
    """Start this program anew in a mount namespace of its own, unless it is in one: nobody else sees its disks."""
    if APART not in os.environ:
        os.environ[APART] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-m", module, *words])  # noqa: S606


class Disk:
    """The data folder of one server."""

    def __init__(self, folder: Path, server: str) -> None:
        """Nothing is mounted yet."""
        self.path = folder / FOLDERS.get(server, f"{server}/data")
        self._filler = self.path / "filler"

    def mount(self) -> None:
        """Mount a small disk where the server will keep its data."""
        self.path.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m,mode=700", "storm", str(self.path)], check=True
        )

    def fill(self) -> None:
        """Take all that is free, to the last block."""
        with self._filler.open("wb") as file, suppress(OSError):  # others write, too, and may be faster
            status = os.fstatvfs(file.fileno())
            os.posix_fallocate(file.fileno(), 0, max(1, status.f_bavail) * status.f_frsize)

    def empty(self) -> None:
        """Give it back."""
        self._filler.unlink(missing_ok=True)
