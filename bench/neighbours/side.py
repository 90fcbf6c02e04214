"""What both sides share: where they work, and what they leave in the database to be counted."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from shared.settings import Connections

ACCEPTED, EFFECTS, READY = "accepted", "effects", "ready"
AT_ONCE = 8  # what is accepted, and what Dramatiq handles, at the same time in a process


def database_of(side: str, connections: Connections) -> Database[dict[str, Any]]:
    """Return the database of one side, reached by the plain driver."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        connections.mongo_url.get_secret_value(), tz_aware=True, w="majority"
    )
    return client[f"{connections.database_prefix}{side}"]


def effect_row(event_id: str, row_id: str) -> dict[str, Any]:
    """Return what an event leaves behind."""
    return {"_id": row_id, "event_id": event_id, "at": datetime.now(UTC)}


def run(part: dict[str, Callable[[], object]]) -> None:
    """Run the part that the command line names, until it is ended."""
    part[sys.argv[1]]()
