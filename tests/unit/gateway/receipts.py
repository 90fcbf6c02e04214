"""A receipt to test with: an office, its keys, a document, and the sheet that is printed of it."""

import io
from datetime import UTC, datetime
from functools import cache

from PIL import Image

from services.gateway.client.receipt_pdf import receipt_pdf
from services.gateway.domain.documents import Document, DocumentPage
from services.gateway.domain.signing import Keys
from services.gateway.domain.texts import direction_of
from services.gateway.schemas.sheet import Row, Sheet, SheetPage, SheetWords
from services.gateway.store.catalogues import load_texts
from services.gateway.store.receipts import Receipts

KEYS = Keys(()).with_new()
TEXTS = load_texts()
RECEIPTS = Receipts("Jobcenter Beispielstadt", "https://post.example.org", TEXTS, KEYS)
SECRET = b"48 degrees north"


def document(pages: int = 2) -> Document:
    """Return a document that arrived in the summer of 2026."""
    return Document(
        id="0192f3a0-0000-7000-8000-000000000001",
        citizen_id="0192f3a0-0000-7000-8000-000000000002",
        device_id="0192f3a0-0000-7000-8000-000000000003",
        receipt_number="K7Q2-M9XA-4",
        received_at=datetime(2026, 7, 1, 21, 59, 30, 250_000, tzinfo=UTC),
        declared_type="sperrankuendigung",
        pages=tuple(
            DocumentPage(page_id=f"page-{n}", object_key=f"originals/{n}", sha256=f"{n:064x}", size_bytes=1000 + n)
            for n in range(pages)
        ),
    )


def picture() -> bytes:
    """Return a JPEG that says where it was taken."""
    written = io.BytesIO()
    Image.effect_noise((900, 1270), 40).convert("RGB").save(written, "JPEG", exif=b"Exif\0\0" + SECRET)
    return written.getvalue()


def sheet(given: Document, language: str = "de", **changed: object) -> Sheet:
    """Return what is printed; the last page has no picture yet."""
    receipt = RECEIPTS.of(given, language)
    values = {
        "language": language,
        "direction": direction_of(language),
        "office": RECEIPTS.office,
        "words": SheetWords(**{name: TEXTS.get("receipt", name, language) for name in SheetWords.model_fields}),
        "number": given.receipt_number,
        "code": receipt.check_code,
        "rows": (Row(name="Art", value="Ankündigung einer Stromsperre"),),
        "pages": tuple(
            SheetPage.model_construct(
                name=f"Seite {n}", sha256=page.sha256, size="1 KB", picture=picture() if n < len(given.pages) else None
            )
            for n, page in enumerate(given.pages, 1)
        ),
        "check_page": RECEIPTS.check_page,
        "check_url": receipt.check_url,
        "place": RECEIPTS.place(given),
    }
    return Sheet.model_validate(values | changed)


@cache
def pdf(language: str = "de") -> bytes:
    """Return a signed receipt, printed once for all tests."""
    return RECEIPTS.sealed(document(), receipt_pdf(sheet(document(), language)))
