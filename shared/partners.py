"""Who may subscribe and receive: caseworker tools and suppliers, from one file the operator keeps."""

import hashlib
import hmac
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, HttpUrl, SecretStr

from shared.events.event import Code, Sha256


class Tool(BaseModel):
    """A caseworker tool: one team's rights, one queue `desk.<id>`, one login of the same name."""

    model_config = ConfigDict(frozen=True)

    id: Code
    team: Code
    token_sha256: Sha256


class Supplier(BaseModel):
    """An energy supplier, and how it is told of a packet: its own queue `supplier.<id>`, or a signed webhook."""

    model_config = ConfigDict(frozen=True)

    id: Code
    name: str
    way: Literal["queue", "webhook"]
    token_sha256: Sha256
    webhook_url: HttpUrl | None = None
    webhook_secret: SecretStr | None = None


Partner = TypeVar("Partner", Tool, Supplier)


class Partners(BaseModel):
    """All partners at one moment."""

    model_config = ConfigDict(frozen=True)

    tools: tuple[Tool, ...] = ()
    suppliers: tuple[Supplier, ...] = ()

    @classmethod
    def load(cls, path: Path) -> "Partners":
        """Read the file; one that is not there means no partners yet.

        Raises:
            ValueError: the file is not what `python -m services partners` writes.
        """
        return cls.model_validate_json(path.read_bytes()) if path.exists() else cls()

    def supplier(self, supplier_id: str) -> Supplier | None:
        """Return the supplier of that id, if there is one."""
        return next((supplier for supplier in self.suppliers if supplier.id == supplier_id), None)

    def tool_of(self, token: str) -> Tool | None:
        """Return the tool that holds `token`; every entry is compared, in constant time."""
        return _holder(self.tools, token)

    def supplier_of(self, token: str) -> Supplier | None:
        """Return the supplier that holds `token`; every entry is compared, in constant time."""
        return _holder(self.suppliers, token)


class PartnersFile:
    """The partners as the file has them now: a partner added while services run is known at the next look."""

    def __init__(self, path: Path) -> None:
        """Look at `path` when asked; nothing is read yet."""
        self._path = path
        self._changed_at: int | None = None
        self._partners = Partners()

    def current(self) -> Partners:
        """Return the partners, read again only when the file has changed since.

        Raises:
            ValueError: the file is not what `python -m services partners` writes.
        """
        changed_at = self._path.stat().st_mtime_ns if self._path.exists() else None
        if changed_at != self._changed_at:
            self._partners, self._changed_at = Partners.load(self._path), changed_at
        return self._partners


def _holder(partners: tuple[Partner, ...], token: str) -> Partner | None:
    digest = hash_token(token)
    matches = [partner for partner in partners if hmac.compare_digest(partner.token_sha256, digest)]
    return matches[0] if matches else None


def hash_token(token: str) -> str:
    """Return what is kept of a token: tokens have 256 random bits, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
