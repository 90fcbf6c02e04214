"""Shows how the parts come up: spinners in a terminal, plain lines elsewhere."""

import time

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn

TITLES = {"rabbit": "Broker", "mongo": "Database", "s3": "Object store", "services": "Services"}


class Display:
    """Takes the parts' reports; each line carries the seconds since the part began to change."""

    def __init__(self, console: Console) -> None:
        """Show nothing yet."""
        self._console = console
        self._began: dict[str, float] = {}
        self._spinners: dict[str, TaskID] = {}
        columns = SpinnerColumn(), TextColumn("{task.description}")
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)

    def report(self, name: str, state: str) -> None:
        """Show a part's new state; one ending in -ing opens a spinner, any other one closes it."""
        title = TITLES.get(name, name)
        if state in {"starting", "stopping"}:
            self._began[name] = time.monotonic()
            self._spinners[name] = self._progress.add_task(f"{title} {state}")
            self._progress.start()
            return
        if name in self._spinners:
            self._progress.remove_task(self._spinners.pop(name))
        if not self._spinners:
            self._progress.stop()
        seconds = f"{time.monotonic() - self._began.pop(name):5.1f} s" if name in self._began else ""
        self._console.print(f"  {title:<14}{state:<10}{seconds}".rstrip(), highlight=False)
