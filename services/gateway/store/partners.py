"""The partners file, read again when it changes: a partner added while we run is known within seconds."""

import asyncio
from pathlib import Path

import structlog

from shared.partners import Partners

log = structlog.get_logger()


class PartnersFile:
    """Knows the partners of the file's last good version."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            ValueError: it is there, and is no partners file.
        """
        self._path = path
        self._read_at = _changed_at(path)
        self.now = Partners.load(path)

    async def refresh(self) -> None:
        """Read the file again if it changed; one that cannot be read leaves the partners as they are."""
        changed_at = await asyncio.to_thread(_changed_at, self._path)
        if changed_at == self._read_at:
            return
        try:
            self.now = await asyncio.to_thread(Partners.load, self._path)
        except ValueError:
            log.warning("partners.unreadable")
            return
        self._read_at = changed_at
        log.info("partners.read", tools=len(self.now.tools), suppliers=len(self.now.suppliers))

    @property
    def supplier_names(self) -> dict[str, str]:
        """The names of all suppliers, by id."""
        return {supplier.id: supplier.name for supplier in self.now.suppliers}


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
