"""Runs an example program of a partner beside the demo, and hands over the JSON lines it prints."""

import json
import os
import queue
import subprocess
import sys
import threading
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

    def next_line(self, seconds: float) -> dict[str, Any]:
        """Return the next line the program printed.

        Raises:
            TimeoutError: it printed nothing for `seconds`.
        """
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"{self._command[2]} printed nothing for {seconds:.0f} s") from None

    def _read(self) -> None:
        if self._process.stdout:
            for line in self._process.stdout:
                if line.startswith("{"):
                    self._lines.put(json.loads(line))
