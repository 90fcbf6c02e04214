"""Ports and credentials that a stack on one machine keeps from one start to the next."""

import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel

from deploy.local.ports import free_port, is_free, own_share


class _Content(BaseModel):
    ports: dict[str, int] = {}
    secrets: dict[str, str] = {}


class Remembered:
    """A small file only its owner can read (mode 0600)."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier start left, if any."""
        self._path = path
        self._content = _Content.model_validate_json(path.read_text()) if path.exists() else _Content()

    def port(self, name: str, preferred: int | None = None) -> int:
        """Return the port of before if it is free, else the preferred one, else another; and remember it.

        Whoever has a share of the ports prefers none: it might be somebody else's who is down for a moment.
        """
        ports, preferred = self._content.ports, None if own_share() else preferred
        others = [port for other, port in ports.items() if other != name]
        wanted = (port for port in (ports.get(name), preferred) if port and port not in others and is_free(port))
        port = next(wanted, None) or free_port(others)
        if ports.get(name) != port:
            ports[name] = port
            self._save()
        return port

    def secret(self, name: str) -> str:
        """Return the secret of before, or make one: 32 characters that need no escaping in a URL."""
        if name not in self._content.secrets:
            self._content.secrets[name] = secrets.token_hex(16)
            self._save()
        return self._content.secrets[name]

    def _save(self) -> None:
        write_private(self._path, self._content.model_dump())


def write_private(path: Path, content: object) -> None:
    """Replace a JSON file in one step; nobody else can read it, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    draft.replace(path)
