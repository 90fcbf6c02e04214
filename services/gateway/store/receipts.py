"""Receipts: what the job centre says of a document that arrived, signed, in the reader's language."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from services.gateway.domain.documents import Document
from services.gateway.domain.receipts import Claims, check_code, signed
from services.gateway.domain.seal import seal
from services.gateway.domain.signing import Keys
from services.gateway.domain.texts import Texts
from services.gateway.schemas.answered import Receipt, ReceiptPage, ReceiptReplacement
from shared.errors import UnavailableError

CHECK_PATH = "/check"
NO_DIGEST = "0" * 64
_AS_KEPT = {"receipt_number", "received_at", "declared_type", "version", "handed_in_by", "handed_in_for"}


@dataclass(frozen=True, slots=True)
class Receipts:
    """Makes receipts in the name of one office; without keys the gateway can describe itself, and accepts nothing."""

    office: str
    public_url: str
    texts: Texts
    keys: Keys | None

    @property
    def ready_keys(self) -> Keys:
        """The keys.

        Raises:
            UnavailableError: there are none.
        """
        if self.keys is None:
            raise UnavailableError("there are no keys for receipts")
        return self.keys

    @property
    def check_page(self) -> str:
        """Where anybody can check a receipt."""
        return self.public_url + CHECK_PATH

    def of(self, document: Document, language: str) -> Receipt:
        """Return the receipt of a document; but for its texts, it is the same whenever it is asked for."""
        code = check_code(document)
        asked = urlencode({"number": document.receipt_number, "code": code})
        return Receipt(
            document_id=document.id,
            received_at_text=self.texts.time(document.received_at, language),
            office=self.office,
            sent_by=f"mandate:{document.mandate_id}" if document.mandate_id else f"citizen:{document.citizen_id}",
            handed_in_by_text=self._by(document, language),
            check_code=code,
            check_url=f"{self.check_page}?{asked}",
            jws=signed(Claims.of(document, self.office), self.ready_keys),
            pages=tuple(ReceiptPage(**page.model_dump(exclude={"object_key"})) for page in document.pages),
            replacements=tuple(
                ReceiptReplacement.of(each, lambda at: self.texts.time(at, language)) for each in document.replacements
            ),
            **document.model_dump(include=_AS_KEPT),
        )

    def _by(self, document: Document, language: str) -> str:
        """Say who handed something in, and for whom, as far as names are known."""
        by, whom, kind = document.handed_in_by, document.handed_in_for, document.handed_in_as
        if not (by and whom and kind):
            return by or self.texts.get("receipt", _way_in(document), language)
        return self.texts.get(
            "receipt", "by_helper", language, by=by, whom=whom, kind=self.texts.get("mandates", kind, language)
        )

    def place(self, document: Document) -> str:
        """Return a text as long as the seal of the document's PDF, which keeps its place while the PDF is made."""
        return self._seal_of(document, NO_DIGEST)

    def sealed(self, document: Document, pdf: bytes) -> bytes:
        """Return the PDF with its seal.

        Raises:
            ValueError: the place is not in the PDF.
        """
        return seal(pdf, self.place(document), partial(self._seal_of, document))

    def _seal_of(self, document: Document, pdf_sha256: str) -> str:
        return signed(Claims.of(document, self.office, pdf_sha256), self.ready_keys)


def _way_in(document: Document) -> str:
    return "by_newcomer" if document.without_account else "by_device"
