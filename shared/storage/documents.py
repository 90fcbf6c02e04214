"""The MongoDB client: its address, its time-outs, and what its errors mean."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import stamina
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from shared.storage.undisturbed import client_class

Client = AsyncIOMotorClient[dict[str, Any]]
Database = AsyncIOMotorDatabase[dict[str, Any]]
Collection = AsyncIOMotorCollection[dict[str, Any]]
Session = AsyncIOMotorClientSession

T = TypeVar("T")

_WRITE_CONFLICT = 112
# What the server holds against the one who asks: a wrong query, a value that may not be. Every other failure of its
# own is one that passes or that its operator mends: a full disk, a shutdown, another primary, a panic of its engine.
_ASKED_WRONGLY = frozenset(
    {
        *(2, 9, 10, 14, 15, 16, 20, 22, 26, 27, 28, 30, 40, 48, 52, 53, 54, 55, 56, 57, 59, 66, 67, 68, 72, 73, 85, 86),
        *(121, 146, 197, 241, 10003, 10334, 11000, 11001, 12582),
    }
)
_ASSERTIONS = 15_000  # and above: what the server names `Location<code>`, nearly all of them about what was asked
_GIVING_WAY = stamina.AsyncRetryingCaller(attempts=6, timeout=None, wait_initial=0.01, wait_max=0.5, wait_jitter=0.05)


def connect(url: str) -> Client:
    """Return a client for `url`; nothing is sent before its first use.

    Writes wait for a majority; a server that stays silent is an error after seconds, not minutes.
    """
    return client_class()(
        url,
        tz_aware=True,
        w="majority",
        serverSelectionTimeoutMS=3000,
        connectTimeoutMS=2000,
        socketTimeoutMS=10_000,
        maxPoolSize=50,
    )


def is_conflict(error: BaseException) -> bool:
    """Tell whether a transaction met another one and may be tried again at once."""
    if not isinstance(error, OperationFailure):
        return False
    return error.code == _WRITE_CONFLICT or error.has_error_label("TransientTransactionError")


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database could not be reached, did not answer in time, or failed for reasons of its own.

    A transaction that still meets another one after some tries counts, too: one that a killed process left open holds
    its rows until the database ends it (`transactionLifetimeLimitSeconds`, 60 s).
    """
    if isinstance(error, (ConnectionFailure, ExecutionTimeout, WTimeoutError)):
        return True
    if not isinstance(error, PyMongoError):
        return False
    if error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError"):
        return True
    return isinstance(error, OperationFailure) and not isinstance(error, BulkWriteError) and not _is_ours(error.code)


def _is_ours(code: int | None) -> bool:
    return code is None or code in _ASKED_WRONGLY or code >= _ASSERTIONS


async def drop_indexes(rows: Collection, is_old: Callable[[dict[str, Any]], bool]) -> None:
    """Drop the indexes that earlier versions made, given what the driver tells of each."""
    for name, index in (await rows.index_information()).items():
        if is_old(index):
            await rows.drop_index(name)


async def change_one(
    rows: Collection, query: dict[str, Any], change: dict[str, Any], session: Session, *, upsert: bool = False
) -> dict[str, Any] | None:
    """Change the row whose `_id` is in `query`, within a transaction; return it as it now is, None if none matches.

    Two commands by `_id`: for findAndModify the local database reads all rows.
    """
    done = await rows.update_one(query, change, upsert=upsert, session=session)
    if not (done.matched_count or done.upserted_id is not None):
        return None
    return await rows.find_one({"_id": query["_id"]}, session=session)


async def again_on_conflict(step: Callable[[], Awaitable[T]]) -> T:
    """Run `step`, a whole transaction, again when it met another one: nothing of the first try was kept.

    It gives way for some milliseconds first, and gives up after some tries with the conflict as the error.
    """
    try:
        return await step()  # most meet nobody, and counting tries costs more than a tenth of a millisecond
    except PyMongoError as error:
        if not is_conflict(error):
            raise
    return await _GIVING_WAY(is_conflict, step)
