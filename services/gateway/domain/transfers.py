"""Transfers: files on their way to us in parts, by the tus protocol; a complete one becomes one page."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.limits import Limits
from services.gateway.domain.refusal import RefusedError

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "expiration", "termination", "checksum")
ALGORITHMS = ("sha256", "sha1")  # the protocol asks every server for sha1
MOST_PARTS = 1000
"""Of one file: they stand in one row, which is read and written for each part."""
PART_TYPE = "application/offset+octet-stream"

_NUMBER = re.compile(r"[0-9]{1,18}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Part(BaseModel):
    """Bytes of a file that are durable."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    object_key: str
    size_bytes: int


class Transfer(BaseModel):
    """A file on its way: for whom and within which mandate, how much of it is here, and the page it became.

    `draft_of` is the device whose draft the page goes to, in the place of the page `replaces` if there is one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    key: str
    citizen_id: str
    mandate_id: str | None = None
    newcomer: bool = False
    length: int
    draft_of: str | None = None
    replaces: str | None = None
    offset: int = 0
    parts: tuple[Part, ...] = ()
    changed_at: datetime
    expires_at: datetime
    complete: bool = False
    page_id: str | None = None

    def grown(self, part: Part, at: datetime, expires_at: datetime) -> "Transfer":
        """Return it with one more part; one that is not complete with the last it may have is over at once."""
        offset, parts = self.offset + part.size_bytes, (*self.parts, part)
        complete = offset == self.length
        until = expires_at if complete or len(parts) < MOST_PARTS else at
        more = {"offset": offset, "parts": parts, "changed_at": at, "expires_at": until}
        return self.model_copy(update={**more, "complete": complete})

    def check_offset(self, header: str) -> None:
        """Refuse a part that does not begin where the last one ended.

        Raises:
            RefusedError: `upload.offset`.
        """
        if _number(header) != self.offset:
            raise RefusedError("upload.offset")


def checked_length(header: str, limits: Limits) -> int:
    """Return the size in bytes that `Upload-Length` announces.

    Raises:
        RefusedError: `upload.length`, `page.empty`, `page.too_large`.
    """
    length = _number(header)
    if length is None:
        raise RefusedError("upload.length")
    if not length:
        raise RefusedError("page.empty")
    if length > limits.file_bytes:
        raise RefusedError("page.too_large", max_mb=limits.file_bytes // 1024**2)
    return length


def _number(header: str) -> int | None:
    return int(header) if _NUMBER.fullmatch(header) else None


def replaced_page(metadata: str) -> str | None:
    """Return the page that `Upload-Metadata` says is taken again; whatever else it says, a file's name say, is left.

    Raises:
        RefusedError: `upload.metadata`.
    """
    value = _metadata(metadata).get("replaces")
    if value is not None and not _ID.fullmatch(value):
        raise RefusedError("upload.metadata")
    return value


def _metadata(header: str) -> Mapping[str, str]:
    pairs = (pair.split() for pair in header.split(",") if pair.strip())
    try:
        return {name: base64.b64decode(value[0] if value else "", validate=True).decode() for name, *value in pairs}
    except (ValueError, binascii.Error) as error:
        raise RefusedError("upload.metadata") from error


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a part's hash must be."""

    algorithm: str
    digest: bytes


def checksum_of(header: str | None) -> Checksum | None:
    """Return what `Upload-Checksum` asks for.

    Raises:
        RefusedError: `upload.checksum_unknown`.
    """
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error) as error:
        raise RefusedError("upload.checksum_unknown") from error
    if algorithm not in ALGORITHMS or not digest:
        raise RefusedError("upload.checksum_unknown")
    return Checksum(algorithm, digest)
