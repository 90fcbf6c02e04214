"""A process that stops working, for the tests: `python -m tests.integration.unwell relay|turn`.

It runs a service of ours over real servers until it is told SIGUSR1; then its relay hangs in a driver that does not let
go (`relay`), or its event loop stands still (`turn`).
"""

import asyncio
import signal
import sys

from services.run import ProcessSettings, serve
from shared.composition import compose
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.logs import configure_logs
from shared.watchdog import ENDED_ITSELF, UnwellError
from tests.deaf import deaf


def hang(service: Service) -> None:
    """Have every further round of the relay's sweep wait for ever."""
    never = asyncio.Event()
    service.relay._left_behind = lambda **_: deaf(never, 600)  # type: ignore[assignment,method-assign] # noqa: SLF001


def stand() -> None:
    """Hold the event loop."""
    while True:
        signal.pause()


async def main() -> None:
    """Run until the end."""
    service = compose("unwell", Connections())
    for pulse in service.pulses:
        pulse.deadline_s = 0.3
    fault = {"relay": lambda: hang(service), "turn": stand}[sys.argv[1]]
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, fault)
    await serve([service], ProcessSettings())


if __name__ == "__main__":
    configure_logs()
    try:
        asyncio.run(main())
    except UnwellError:
        sys.exit(ENDED_ITSELF)
