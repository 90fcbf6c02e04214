"""Runs the product's own sweeps with a clock three days ahead: what is an orphan then is one for ever."""

import asyncio
from datetime import datetime, timedelta
from importlib import import_module

from services.names import names
from shared.clock import utc_now
from shared.settings import Connections

AHEAD = timedelta(days=3)


def clock() -> datetime:
    """Return the time in three days."""
    return utc_now() + AHEAD


async def main() -> None:
    """Run every periodic job that sweeps, once."""
    for name in names():
        service = import_module(f"services.{name}.app").app(Connections(), clock=clock)
        for pulse, _, step in service._jobs:  # noqa: SLF001 - what the product does by itself, a little sooner
            if pulse.name.startswith(f"{name}.sweep"):
                await step()
        service.objects.close()
        service.client.close()


if __name__ == "__main__":
    asyncio.run(main())
