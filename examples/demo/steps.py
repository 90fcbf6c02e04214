"""Prints what happened, step by step, with milliseconds; a step that did not happen ends the demo."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape


class StepFailedError(Exception):
    """A step did not happen; the text says what was expected."""


@dataclass(slots=True)
class Step:
    """One step while it runs: notes are printed under it when it ends."""

    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something the reader can check."""
        self.notes.append(text)

    def expect(self, holds: object, expectation: str) -> None:
        """End the demo unless the expectation holds.

        Raises:
            StepFailedError: it does not.
        """
        if not holds:
            raise StepFailedError(f"expected {expectation}")


class Steps:
    """Numbers, times and prints the steps."""

    def __init__(self, console: Console) -> None:
        """Print to `console`."""
        self._console = console
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Run one step, printing its outcome, duration and notes."""
        self._number += 1
        step, started = Step(), time.perf_counter()
        try:
            with self._console.status(f"{self._number:>2}. {escape(title)}"):  # in a terminal, while it runs
                yield step
        except BaseException:
            self._print("red", "✗", title, started, step)
            raise
        self._print("green", "✓", title, started, step)

    def _print(self, colour: str, mark: str, title: str, started: float, step: Step) -> None:
        milliseconds = (time.perf_counter() - started) * 1000
        self._console.print(
            f"[{colour}]{mark}[/] {self._number:>2}. {escape(title):<58} [dim]{milliseconds:>8,.0f} ms[/]",
            highlight=False,
        )
        for note in step.notes:
            self._console.print(f"      [dim]{escape(note)}[/]", highlight=False, soft_wrap=True)
