"""Runs example programs of partners beside the demo, and hands over the JSON lines they print."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from deploy.local.child import tied_to_us
from deploy.local.programs import find


class Listener:
    """One program for some partners, as child processes that end with the demo, however it ends."""

    def __init__(self, module: str, *environments: dict[str, str]) -> None:
        """Prepare `python -m module` once for each environment, which is added to ours."""
        self._module = module
        search = os.environ.get("PATH", os.defpath)
        self._command = tied_to_us((sys.executable, "-m", module), find("setpriv", search))
        self._environments = [{**os.environ, **environment} for environment in environments]
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        """Start the programs and read their lines."""
        for environment in self._environments:
            process = subprocess.Popen(  # noqa: S603 - our own example
                self._command, env=environment, stdout=subprocess.PIPE, text=True
            )
            self._processes.append(process)
            threading.Thread(target=self._read, args=[process], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the programs."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=10)

    def next_line(self, seconds: float, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the next line that is wanted; a queue may still hold what an earlier demo left unread.

        Raises:
            TimeoutError: no such line for `seconds`.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with suppress(queue.Empty):
                if wanted(line := self._lines.get(timeout=left)):
                    return line
        raise TimeoutError(f"{self._module} printed nothing about it for {seconds:.0f} s")

    def _read(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            if line.startswith("{"):
                self._lines.put(json.loads(line))
