"""A database that writes down what it is asked, beside the indexes that were declared for it."""

from collections import defaultdict
from typing import Any, cast

from shared.storage.documents import Database

Query = tuple[str, dict[str, Any]]


class Asked:
    """Hands every call on to a real database."""

    def __init__(self, database: Database) -> None:
        """Write down nothing yet."""
        self._database = database
        self.queries: list[Query] = []
        self._leads: defaultdict[str, set[str]] = defaultdict(lambda: {"_id"})

    @property
    def database(self) -> Database:
        """The database, for stores."""
        return cast("Database", self)

    def __getattr__(self, name: str) -> Any:
        """Return a collection."""
        return _Collection(self, name, self._database[name])

    def declare(self, collection: str, keys: Any) -> None:
        """Note the field by which an index leads."""
        self._leads[collection].add(keys if isinstance(keys, str) else keys[0][0])

    def without_index(self) -> list[Query]:
        """Return the queries that no index leads, and those that the local database answers by reading all rows."""
        return [(name, query) for name, query in self.queries if not self._is_led(name, query)]

    def _is_led(self, name: str, query: dict[str, Any]) -> bool:
        flat = not any(field.startswith("$") for field in query)
        return flat and any(field in self._leads[name] and _bounds(value) for field, value in query.items())


def _bounds(value: Any) -> bool:
    """Tell whether a condition on a field bounds what of an index is walked, rows without the field left out."""
    if not isinstance(value, dict):
        return True
    return bool({"$in", "$gt", "$gte"} & set(value))


class _Collection:
    def __init__(self, asked: Asked, name: str, real: Any) -> None:
        self._asked = asked
        self._name = name
        self._real = real

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._real, method)

        def call(*arguments: Any, **more: Any) -> Any:
            if method == "create_index":
                self._asked.declare(self._name, arguments[0])
            elif method.startswith(("find", "update", "delete", "count")):
                self._asked.queries.append((self._name, arguments[0]))
            return found(*arguments, **more)

        return call
