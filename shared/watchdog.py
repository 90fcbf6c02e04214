"""Ends a process that has not worked for a while, so that whoever started it starts it anew; nobody needs to ask."""

import asyncio
import faulthandler
import os
import sys
import threading
from collections.abc import Sequence
from typing import Self

import structlog

from shared.telemetry.health import Check, failures
from shared.telemetry.logs import where_stands

log = structlog.get_logger()

ENDED_ITSELF = 1  # the exit status
LOOKS = 10  # in the time that a process may be unwell


class UnwellError(Exception):
    """This process does not work any more and does not come back by itself."""


class Watchdog:
    """Asks what `/live` asks, from inside; a thread beside the event loop sees whether that still turns.

    Looks are counted, not seconds: a process that was frozen and goes on has not been unwell meanwhile.
    """

    def __init__(self, checks: Sequence[Check], unwell_s: float) -> None:
        """Let the checks fail, or the event loop stand still, for `unwell_s` seconds."""
        self._checks = checks
        self._unwell_s = unwell_s
        self._every_s = unwell_s / LOOKS
        self._turns = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        """Watch the event loop."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()

    async def run(self) -> None:
        """Ask until cancelled.

        Raises:
            UnwellError: a check has failed for too long; the log says which.
        """
        failed = 0
        while True:
            self._turns += 1
            unwell = await failures(self._checks)
            failed = failed + 1 if unwell else 0
            if failed > LOOKS:
                log.error("process.ended_itself", reason="not live", unwell=unwell)
                raise UnwellError
            await asyncio.sleep(self._every_s)

    def _watch(self) -> None:
        seen = still = 0
        while not self._over.wait(self._every_s):
            # Should even this thread not get its turn (one that computes may hold the interpreter), C code ends us.
            faulthandler.dump_traceback_later(self._unwell_s * 2, exit=True)
            still = still + 1 if self._turns == seen else 0
            seen = self._turns
            if still > LOOKS:
                self._end()
        faulthandler.cancel_dump_traceback_later()

    def _end(self) -> None:
        """Say where the event loop stands, and end without asking anybody: who would answer?"""
        place = where_stands(threading.main_thread())
        log.error("process.ended_itself", reason="the event loop stands still", where=place)
        faulthandler.dump_traceback(sys.stderr)
        os._exit(ENDED_ITSELF)


def end_within(seconds: float) -> None:
    """Bound the rest of this process's life: a stop that does not come to its end is ended, and says where it was."""
    faulthandler.dump_traceback_later(seconds, exit=True)
