"""What is pushed can be read by the one browser only, and says who sends it."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from services.command import command
from services.notify.client.push import encrypted
from shared.cards import Subscription
from shared.vapid import VapidKey, read_key

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def test_only_the_browser_reads_it() -> None:
    """The browser's private key opens the message, another one does not; twice the same looks different."""
    browser, secret = ec.generate_private_key(ec.SECP256R1()), b"s" * 16
    point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    to = Subscription(endpoint="https://push.example/x", p256dh=_text(point), auth=_text(secret))
    sealed, again = encrypted(b"hello", to), encrypted(b"hello", to)
    assert sealed != again
    assert http_ece.decrypt(sealed, private_key=browser, auth_secret=secret, version="aes128gcm") == b"hello"
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(sealed, private_key=other, auth_secret=secret, version="aes128gcm")


@pytest.mark.parametrize("p256dh", ["", "AAAA", _text(b"\x04" + b"\x01" * 64)])
def test_keys_that_no_browser_gives_are_refused(p256dh: str) -> None:
    """A point that is not on the curve is named as what it is, before anything is sent."""
    with pytest.raises(ValueError, match=r".+"):
        encrypted(b"x", Subscription(endpoint="https://push.example/x", p256dh=p256dh, auth="AAAA"))


def test_a_push_service_can_check_who_sends() -> None:
    """The token is for that service alone, ends within a day, and is signed by the key that browsers know."""
    key = VapidKey.made()
    scheme, _, rest = key.authorization("https://push.example", "mailto:a@example.org", NOW).partition(" ")
    fields = dict(part.split("=", 1) for part in rest.split(", "))
    claims = jwt.decode(fields["t"], ECKey.import_key(key.key.as_dict(private=False)), algorithms=["ES256"]).claims
    assert (scheme, fields["k"]) == ("vapid", key.public)
    assert (claims["aud"], claims["sub"]) == ("https://push.example", "mailto:a@example.org")
    assert 0 < claims["exp"] - NOW.timestamp() <= 24 * 3600


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """The command makes a private file, says the public half, and never replaces a key: subscriptions hang on it."""
    path = tmp_path / "keys" / "push.json"
    first = CliRunner().invoke(command, ["push", "new-key", str(path)])
    assert first.exit_code == 0, first.output
    assert path.stat().st_mode & 0o077 == 0
    assert read_key(path).public in first.output
    before = path.read_bytes()
    assert CliRunner().invoke(command, ["push", "new-key", str(path)]).exit_code == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"kty": "oct", "k": "AAAA"})])
def test_a_file_without_a_key_says_so(tmp_path: Path, text: str) -> None:
    """A wrong file ends the start, not the first push at night."""
    path = tmp_path / "push.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"(?i)key"):
        read_key(path)
    with pytest.raises(ValueError, match="new-key"):
        read_key(tmp_path / "none.json")
