"""A citizen's app in a power-cut case: hand the letter in, and consent that it goes to the energy supplier.

AMTSBOTE_GATEWAY_URL=http://127.0.0.1:8080 python -m examples.power_cut CODE SUPPLIER PHOTO...
"""

import os
import sys
from pathlib import Path

from examples.phone import Phone


def forward(phone: Phone, document_id: str, page_ids: list[str], supplier_id: str) -> None:
    """Consent to the very text that was shown, for exactly these pages and this supplier."""
    text = phone.get(f"/v1/consent-texts/power_cut?supplier_id={supplier_id}")
    print(text["text"])
    wish = {"supplier_id": supplier_id, "purpose": "power_cut", "page_ids": page_ids}
    phone.post(f"/v1/documents/{document_id}/consents", json=wish | {"text_version": text["text_version"]})


def main(code: str, supplier_id: str, *photos: str) -> None:
    """Hand in, consent, and follow until the supplier has confirmed."""
    phone = Phone(os.environ["AMTSBOTE_GATEWAY_URL"], code)
    page_ids = [phone.send_page(Path(photo)) for photo in photos]
    receipt = phone.post("/v1/documents", json={"page_ids": page_ids})
    forward(phone, receipt["document_id"], page_ids, supplier_id)
    for entry in phone.follow(last={"forward.acknowledged", "forward.failed"}):
        print(entry["at"], entry["text"], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[3:] else sys.exit(__doc__)
