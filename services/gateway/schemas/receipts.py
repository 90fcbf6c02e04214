"""What anybody may know about a receipt: whether it is genuine, and with which keys it was signed."""

from datetime import datetime
from typing import Literal

from services.gateway.domain.receipts import Claims, Fault
from services.gateway.domain.texts import Texts
from services.gateway.schemas.shown import Shown


class ReceiptVerdict(Shown):
    """Whether a receipt is genuine, and if so what arrived when; nothing about any person."""

    genuine: bool
    code: Literal["genuine"] | Fault
    text: str
    detail: str
    receipt_number: str | None = None
    received_at: datetime | None = None
    received_at_text: str | None = None
    pages: int | None = None
    office: str | None = None

    @classmethod
    def genuine_of(cls, claims: Claims, texts: Texts, language: str, *, newest: bool = True) -> "ReceiptVerdict":
        """Return the good news; a receipt stays genuine when pages are taken again, and then there is a newer one."""
        at, pages = texts.exact_time(claims.received_at, language), len(claims.pages)
        said = "genuine_detail" if pages else "genuine_application"
        detail = texts.get("receipt", said, language, received_at=at, pages=pages, office=claims.office)
        detail += "" if newest else f" {texts.get('receipt', 'genuine_older', language)}"
        return cls(
            genuine=True,
            code="genuine",
            text=texts.get("receipt", "genuine", language),
            detail=detail,
            receipt_number=claims.receipt_number,
            received_at=claims.received_at,
            received_at_text=at,
            pages=pages,
            office=claims.office,
        )

    @classmethod
    def refused(cls, fault: Fault, texts: Texts, language: str) -> "ReceiptVerdict":
        """Return that it is not genuine, and what to do."""
        text = texts.get("receipt", "not_genuine", language)
        return cls(genuine=False, code=fault, text=text, detail=texts.get("receipt", f"fault.{fault}", language))


class KeyShown(Shown):
    """A public key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["Ed25519"]


class KeySetShown(Shown):
    """All public keys, the one in use first (RFC 7517)."""

    keys: tuple[KeyShown, ...]
