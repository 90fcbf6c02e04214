"""Dramatiq at its safest: confirms, late acknowledgement, endless tries, an effect made idempotent by hand.

It has no outbox: what was accepted is committed first, and its message sent then.
"""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from bench.neighbours.side import ACCEPTED, AT_ONCE, EFFECTS, READY, database_of, effect_row, run
from shared.ids import new_id
from shared.settings import Connections

if TYPE_CHECKING:
    from pymongo.database import Database

SIDE = "dramatiq"


def main() -> None:
    """Accept events, or handle them, until ended."""
    connections = Connections()
    broker = RabbitmqBroker(url=connections.rabbit_url.get_secret_value(), confirm_delivery=True)
    database = database_of(SIDE, connections)

    def effect(event_id: str) -> None:
        def commit(session: ClientSession) -> None:
            database.inbox.insert_one({"_id": event_id}, session=session)
            database[EFFECTS].insert_one(effect_row(event_id, new_id()), session=session)

        try:
            with database.client.start_session() as session:
                session.with_transaction(commit)
        except DuplicateKeyError:
            return

    take = dramatiq.actor(actor_name="take", queue_name="bench", broker=broker, max_retries=None)(effect)

    def accept() -> None:
        event_id = new_id()

        def commit(session: ClientSession) -> None:
            database[ACCEPTED].insert_one({"_id": event_id}, session=session)

        with database.client.start_session() as session:
            session.with_transaction(commit)
        take.send(event_id)

    run({"accept": lambda: _until_ended(accept), "handle": lambda: _work(broker, database)})


def _work(broker: RabbitmqBroker, database: "Database[dict[str, Any]]") -> None:
    worker = dramatiq.Worker(broker, worker_threads=AT_ONCE)
    worker.start()
    database[READY].insert_one({"_id": new_id()})
    signal.sigwait({signal.SIGTERM})
    worker.stop()


def _until_ended(accept: Callable[[], None]) -> None:
    over = Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())

    def repeat() -> None:
        while not over.is_set():
            accept()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done in [threads.submit(repeat) for _ in range(AT_ONCE)]:
            done.result()


if __name__ == "__main__":
    main()
