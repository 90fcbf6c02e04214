"""Inventories: which objects the rows of a service account for; what no row accounts for is left over."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.storage.documents import Collection
from shared.storage.objects import PART, Objects

Names = Callable[[], AsyncIterator[str]]
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the rows of one service know of the objects whose keys begin with `prefix`; nobody else may judge those.

    `named` yields each key that a row relies on. `needed` returns those of some keys that may not go: a row names
    them, or may soon. What is only a copy is needed without being named: it may be missing. `remove` does more than
    remove the object, where more goes with it.
    """

    prefix: str
    named: Names
    needed: Callable[[Iterable[str]], Awaitable[set[str]]]
    remove: Callable[[str], Awaitable[None]] | None = None

    async def drop(self, key: str, objects: Objects) -> None:
        """Remove what is left over under a key."""
        await (self.remove or objects.remove)(key)

    @classmethod
    def of_rows(cls, prefix: str, named: Names, *rows: Collection) -> "Inventory":
        """Return an inventory whose keys are needed while there is a row, in any of `rows`, of the id in them."""

        async def needed(keys: Iterable[str]) -> set[str]:
            ids = {key: id_in(key) for key in keys}
            these = {"_id": {"$in": list(ids.values())}}
            known = {row["_id"] for some in rows async for row in some.find(these, {"_id": 1})}
            return {key for key, row_id in ids.items() if row_id in known}

        return cls(prefix, named, needed)


def id_in(key: str) -> str:
    """Return the first id in a key, that of the row which accounts for it; empty if there is none."""
    found = _ID.search(key)
    return found[0] if found else ""


async def nothing_named() -> AsyncIterator[str]:
    """Yield nothing: rows that rely on no object."""
    for key in list[str]():
        yield key


@dataclass(slots=True)
class Findings:
    """Keys that no row accounts for, and keys that a row names with nothing under them."""

    left_over: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    objects: int = 0
    names: int = 0

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.left_over or self.missing)


class Audit:
    """Compares the object store with the rows of all services; keeps all keys in memory, some 150 bytes each."""

    def __init__(self, objects: Objects, inventories: Sequence[Inventory], before: datetime) -> None:
        """Compare with `inventories`; what was put after `before` may wait for its row yet, and is not left over."""
        self._objects = objects
        self._inventories = inventories
        self._before = before
        self.findings = Findings()

    async def run(self, progress: Callable[[Findings], None] = lambda _: None) -> Findings:
        """Look at every object and every row; `progress` is shown the findings so far, now and then."""
        there = await self._look_at_objects(progress)
        for inventory in self._inventories:
            async for key in inventory.named():
                self.findings.names += 1
                # It may have been put since the store was listed.
                if key not in there and not await self._objects.exists(key):
                    self.findings.missing.append(key)
                if not self.findings.names % PART:
                    progress(self.findings)
        return self.findings

    async def clear(self) -> int:
        """Remove what was found left over, but under a prefix of nobody; return how many objects went."""
        removed = 0
        for key in self.findings.left_over:
            for inventory in self._inventories:
                if key.startswith(inventory.prefix):
                    await inventory.drop(key, self._objects)
                    removed += 1
        return removed

    async def _look_at_objects(self, progress: Callable[[Findings], None]) -> set[str]:
        there: set[str] = set()
        waiting: dict[str, list[str]] = {}
        async for found in self._objects.list(""):
            there.add(found.key)
            self.findings.objects += 1
            prefix, slash, _ = found.key.partition("/")
            if not slash or found.changed_at > self._before:  # each of our keys has a prefix
                continue
            keys = waiting.setdefault(prefix + slash, [])
            keys.append(found.key)
            if len(keys) == PART:
                await self._judge(keys)
                keys.clear()
                progress(self.findings)
        for keys in waiting.values():
            await self._judge(keys)
        return there

    async def _judge(self, keys: Sequence[str]) -> None:
        """Note which of the keys, all under one prefix, are left over; a prefix of nobody is."""
        left = set(keys)
        for inventory in self._inventories:
            if keys and keys[0].startswith(inventory.prefix):
                left -= await inventory.needed(left)
        self.findings.left_over += sorted(left)
