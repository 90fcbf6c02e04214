"""Receipts: what is said under signature about a document that was handed in, and how it is checked."""

import base64
import hashlib
import hmac
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from services.gateway.domain.documents import Document
from services.gateway.domain.seal import find_seal
from services.gateway.domain.signing import ForgedError, Keys
from shared.ids import ALPHABET, format_number, with_check

CODE_LENGTH = 8
_AS_KEPT = {
    "receipt_number",
    "received_at",
    "declared_type",
    "version",
    "handed_in_by",
    "handed_in_for",
    "handed_in_as",
}
Fault = Literal["no_signature", "unknown_key", "signature_wrong", "changed", "no_such_receipt", "mistyped"]


class ClaimedPage(BaseModel):
    """A page as it was handed in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: str
    size_bytes: int


class ClaimedReplacement(BaseModel):
    """A page that was taken again: its place, from 1, the hash of what stood there before, and until when."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    sha256: str
    replaced_at: AwareDatetime
    by: str | None = None


class Claims(BaseModel):
    """What the job centre signs: nothing that is not on the receipt itself.

    It names a person only where somebody handed in for somebody else: both names, as the receipt does.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["amtsbote.receipt"] = "amtsbote.receipt"
    office: str
    receipt_number: str
    received_at: AwareDatetime
    declared_type: str | None = None
    pages: tuple[ClaimedPage, ...]
    version: int = 1
    replaced: tuple[ClaimedReplacement, ...] = ()
    pdf_sha256: str | None = None
    handed_in_by: str | None = None
    handed_in_for: str | None = None
    handed_in_as: str | None = None

    @classmethod
    def of(cls, document: Document, office: str, pdf_sha256: str | None = None) -> "Claims":
        """Return what is signed about a document, and about the PDF that says so."""
        kept = document.model_dump(include=_AS_KEPT)
        replaced = tuple(
            ClaimedReplacement(
                number=each.number, sha256=each.replaced.sha256, replaced_at=each.replaced_at, by=each.by
            )
            for each in document.replacements
        )
        pages = tuple(ClaimedPage(sha256=page.sha256, size_bytes=page.size_bytes) for page in document.pages)
        return cls(office=office, pages=pages, replaced=replaced, pdf_sha256=pdf_sha256, **kept)

    def matches(self, document: Document) -> bool:
        """Tell whether this is what our own records say of that version; a stolen key alone makes no receipt."""
        if not 1 <= self.version <= document.version:
            return False
        return Claims.of(_as_of(document, self.version), self.office, self.pdf_sha256) == self


class NotGenuineError(Exception):
    """Something that is no receipt of ours; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        """Refuse for `fault`."""
        super().__init__(fault)
        self.fault: Fault = fault


def signed(claims: Claims, keys: Keys) -> str:
    """Return the JWS of `claims`. A JWS carries the very bytes that were signed, so no canonical JSON is needed."""
    return keys.sign(claims.model_dump_json(exclude_none=True).encode())


def open_jws(token: str, keys: Keys) -> Claims:
    """Return what a JWS says about a receipt.

    Raises:
        NotGenuineError: no key of ours signed it, or something else was signed.
    """
    try:
        return Claims.model_validate_json(keys.open(token))
    except ForgedError as error:
        raise NotGenuineError("unknown_key" if str(error) == "signature.unknown_key" else "signature_wrong") from error
    except ValidationError as error:
        raise NotGenuineError("signature_wrong") from error


def open_pdf(data: bytes, keys: Keys) -> Claims:
    """Return what a receipt's PDF says under signature, if not one byte of the file was changed.

    Raises:
        NotGenuineError: there is no signature, it is not ours, or the file is not the one that was signed.
    """
    sealed = find_seal(data)
    if sealed is None:
        raise NotGenuineError("no_signature")
    claims = open_jws(sealed.jws, keys)
    if not hmac.compare_digest(claims.pdf_sha256 or "", sealed.sha256):
        raise NotGenuineError("changed")
    return claims


def _as_of(document: Document, version: int) -> Document:
    """Return the document as it was: each replacement since then is undone, the newest first."""
    pages = list(document.pages)
    for each in reversed(document.replacements[version - 1 :]):
        pages[each.number - 1] = each.replaced
    kept = document.replacements[: version - 1]
    return document.model_copy(update={"version": version, "pages": tuple(pages), "replacements": kept})


def check_code(document: Document) -> str:
    """Return the code that is printed beside the number: 40 bits and a check character.

    Only the job centre knows the ids it is made of; whoever has the number alone learns nothing with it.
    """
    secret = f"amtsbote.receipt.code {document.id} {document.citizen_id} {document.device_id}"
    digest = base64.b32encode(hashlib.sha256(secret.encode()).digest()).decode()[:CODE_LENGTH]
    usual = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)
    return format_number(with_check(digest.translate(usual)))


def is_code_of(document: Document | None, code: str) -> bool:
    """Tell whether `code` is the document's; it takes as long if there is no document."""
    right = check_code(document) if document else "0" * len(code)
    return hmac.compare_digest(right, code)
