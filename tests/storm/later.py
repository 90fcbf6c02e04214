"""Runs the product's own sweeps with clocks some days ahead: what is left over then is left over for ever."""

import asyncio
from datetime import datetime, timedelta
from importlib import import_module
from itertools import product

from services.names import names
from shared.clock import Clock, utc_now
from shared.settings import Connections

AHEAD = (2, 3)  # days: a sweep looks at the last three, so that each of yesterday and today has its turn


def ahead(days: int) -> Clock:
    """Return a clock that is so many days ahead."""

    def clock() -> datetime:
        return utc_now() + timedelta(days=days)

    return clock


async def main() -> None:
    """Run every periodic job that sweeps, once for each clock."""
    for name, days in product(names(), AHEAD):
        service = import_module(f"services.{name}.app").app(Connections(), clock=ahead(days))
        for pulse, _, step in service._jobs:  # noqa: SLF001 - what the product does by itself, a little sooner
            if pulse.name.startswith(f"{name}.sweep"):
                await step()
        service.objects.close()
        service.client.close()


if __name__ == "__main__":
    asyncio.run(main())
