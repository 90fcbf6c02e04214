"""Where the generated catalogues lie: AsyncAPI of all events, OpenAPI of the gateway."""

import json
from pathlib import Path

_DOCS = Path(__file__).parents[1] / "docs"

ASYNCAPI = _DOCS / "asyncapi.json"
OPENAPI = _DOCS / "openapi.json"


def asyncapi() -> bytes:
    """Return the AsyncAPI 3 document of all services, as `python -m services catalogue` wrote it."""
    return ASYNCAPI.read_bytes()


def consumed() -> list[str]:
    """Return the work queues of all services' consumers, as the AsyncAPI document names them."""
    return list(subscriptions())


def subscriptions() -> dict[str, list[str]]:
    """Return the types that each of those queues receives."""
    operations = json.loads(asyncapi())["operations"]
    return {
        queue: operation["bindings"]["amqp"]["cc"]
        for queue, operation in operations.items()
        if operation["action"] == "receive"
    }
