"""A receipt signed once must be checkable for ever: its form is fixed here, with a key everybody knows."""

import base64
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.gateway.domain.receipts import Claims, open_jws, signed
from services.gateway.domain.seal import find_seal
from services.gateway.domain.signing import Keys
from tests.unit.gateway.receipts import KEYS, document, pdf

# The private key of RFC 8037, A.1; its thumbprint is given in A.3.
RFC_8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
PAGES = "0000000000000000000000000000000000000000000000000000000000000000"
PAYLOAD = (
    '{"kind":"amtsbote.receipt","office":"Jobcenter","receipt_number":"K7Q2-M9XA-4",'
    '"received_at":"2026-07-01T21:59:30.250000Z","declared_type":"sperrankuendigung",'
    f'"pages":[{{"sha256":"{PAGES}","size_bytes":1000}}],"version":1,"replaced":[]}}'
)


def decoded(part: str) -> bytes:
    """Return what a part of a JWS stands for."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_form_of_a_receipt_is_fixed() -> None:
    """Header, payload and key name are these, to the letter: old receipts and others' programs depend on them."""
    keys = Keys.parse(json.dumps({"keys": [RFC_8037]}))
    token = signed(Claims.of(document(1), "Jobcenter"), keys)
    header, payload, _ = token.split(".")
    assert json.loads(decoded(header)) == {"alg": "Ed25519", "kid": THUMBPRINT}
    assert decoded(payload).decode() == PAYLOAD
    assert open_jws(token, keys) == Claims.of(document(1), "Jobcenter")


def test_readers_ignore_what_they_do_not_know() -> None:
    """A later version may say more; a reader of today still finds what it knows."""
    more = json.loads(PAYLOAD) | {"later": 1}
    assert open_jws(KEYS.sign(json.dumps(more).encode()), KEYS) == Claims.of(document(1), "Jobcenter")


def test_a_receipt_is_checked_without_any_code_of_ours() -> None:
    """SHA-256, base64url and Ed25519 are enough: what docs/receipts.md says, done by hand."""
    found = find_seal(pdf())
    assert found
    zeroed = pdf().replace(found.jws.encode(), b"0" * len(found.jws))
    header, payload, signature = found.jws.split(".")
    [key] = [key for key in KEYS.public()["keys"] if key["kid"] == json.loads(decoded(header))["kid"]]
    public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
    public.verify(decoded(signature), f"{header}.{payload}".encode())
    assert json.loads(decoded(payload))["pdf_sha256"] == hashlib.sha256(zeroed).hexdigest()
    with pytest.raises(InvalidSignature):
        public.verify(decoded(signature), f"{header}.{payload}A".encode())
