"""Runs an example program of a partner beside the demo, and hands over the JSON lines it prints."""

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


class Listener:
    """A partner's program as a child process, ended with the demo."""

    def __init__(self, module: str, environment: dict[str, str], *words: str) -> None:
        """Prepare `python -m module words...` with more environment."""
        self._command = [sys.executable, "-m", module, *words]
        self._environment = {**os.environ, **environment}
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()

    def __enter__(self) -> Self:
        """Start the program and read its lines."""
        self._process = subprocess.Popen(  # noqa: S603 - our own example
            self._command, env=self._environment, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the program."""
        self._process.terminate()
        self._process.wait(timeout=10)

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
        raise TimeoutError(f"{self._command[2]} printed nothing about it for {seconds:.0f} s")

    def _read(self) -> None:
        if self._process.stdout:
            for line in self._process.stdout:
                if line.startswith("{"):
                    self._lines.put(json.loads(line))
