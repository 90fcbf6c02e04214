"""The driver's client, whose commands in a transaction are never left behind by a caller who is cancelled."""

import asyncio
from collections.abc import Callable
from types import ModuleType
from typing import Any, cast

from motor.core import AgnosticClient
from motor.frameworks import asyncio as threads
from motor.metaprogramming import create_class_with_framework
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.client_session import ClientSession

_in_a_thread: Callable[..., asyncio.Future[Any]] = threads.run_on_executor
_chain: Callable[[asyncio.Future[Any], asyncio.Future[Any]], None] = threads.chain_future


class Undisturbed(asyncio.Future[Any]):
    """A command under way: whoever waits for it and is cancelled is cancelled when it is over, with its result lost.

    The driver runs commands in threads, which a cancellation does not end. It would abort the transaction beside them,
    and a command that still waited for the server would then be sent outside of any transaction, and take effect alone.
    It is over within the driver's time limits.
    """

    def cancel(self, msg: Any | None = None) -> bool:  # noqa: ARG002 - the interface's
        """Refuse: the task then is cancelled as soon as this is done."""
        return False


def client_class() -> type[AsyncIOMotorClient[dict[str, Any]]]:
    """Return the driver's asyncio client, except for how commands of a session are waited for."""
    framework = ModuleType("undisturbed")
    framework.__dict__.update(vars(threads) | {"run_on_executor": _run})
    made = create_class_with_framework(AgnosticClient, framework, __name__)
    return cast("type[AsyncIOMotorClient[dict[str, Any]]]", made)


def _run(loop: asyncio.AbstractEventLoop, command: Any, *args: Any, **options: Any) -> asyncio.Future[Any]:
    running = _in_a_thread(loop, command, *args, **options)
    if options.get("session") is None and not isinstance(args[0] if args else None, ClientSession):
        return running  # a change stream waits for ever, and must end at once
    waited_for = Undisturbed(loop=loop)
    _chain(running, waited_for)
    return waited_for
