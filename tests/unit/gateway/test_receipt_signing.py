"""The keys that sign receipts: a new one takes over, an old one still counts, a foreign one never does."""

import base64
import json
import stat
from pathlib import Path
from string import ascii_letters, digits

import pytest
from joserfc import jws
from joserfc.jwk import OctKey

from services.gateway.domain.signing import ForgedError, Keys
from services.gateway.store.receipt_keys import add_key, read_keys

KEYS = Keys(()).with_new()
SAID = b'{"said":"this"}'


def part(value: object) -> str:
    """Return a part of a JWS."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_what_was_signed_is_what_is_read() -> None:
    """Signing twice gives the same, and anybody with the public keys alone can read it."""
    token = KEYS.sign(SAID)
    assert token == KEYS.sign(SAID)
    assert Keys.parse(json.dumps(KEYS.public())).open(token) == SAID


def test_header_names_key_and_algorithm() -> None:
    """A verifier finds the key by its name, and no deprecated algorithm name is used (RFC 9864)."""
    header = json.loads(base64.urlsafe_b64decode(KEYS.sign(SAID).split(".")[0] + "=="))
    assert header == {"alg": "Ed25519", "kid": KEYS.public()["keys"][0]["kid"]}


def test_rotated_keys_still_verify() -> None:
    """The newest key signs; what the older ones signed goes on counting, even without their private halves."""
    newer = KEYS.with_new()
    only_public = Keys((newer.ranked[0], *Keys.parse(json.dumps(KEYS.public())).ranked))
    for keys in (newer, only_public):
        assert keys.open(KEYS.sign(SAID)) == SAID
        assert keys.sign(SAID) != KEYS.sign(SAID)
    with pytest.raises(ForgedError, match="unknown_key"):
        KEYS.open(newer.sign(SAID))


def test_no_character_of_a_jws_can_be_changed() -> None:
    """Header, payload and signature: each changed character is found."""
    token = KEYS.sign(SAID)
    for place, character in enumerate(token):
        with pytest.raises(ForgedError):
            KEYS.open(token[:place] + ("A" if character != "A" else "z") + token[place + 1 :])
    # Four bits of the last character carry nothing, and many decoders ignore them; ours does not.
    for other in set(ascii_letters + digits + "-_") - {token[-1]}:
        with pytest.raises(ForgedError):
            KEYS.open(token[:-1] + other)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "eyJhbGciOiJub25lIn0..", "é.é.é", "." * 9])
def test_what_is_no_jws_is_forged(token: str) -> None:
    """Anything else is refused as one thing, whatever it is."""
    with pytest.raises(ForgedError):
        KEYS.open(token)


def test_the_algorithm_is_not_the_forgers_choice() -> None:
    """Neither no signature at all, nor one made with our public key as a shared secret, passes (RFC 8725, 2.1)."""
    kid = KEYS.public()["keys"][0]["kid"]
    with pytest.raises(ForgedError):
        KEYS.open(f"{part({'alg': 'none', 'kid': kid})}.{part({'said': 'that'})}.")
    secret = OctKey.import_key(json.dumps(KEYS.public()["keys"][0]))
    token = jws.serialize_compact({"alg": "HS256", "kid": kid}, SAID, secret, algorithms=["HS256"])
    with pytest.raises(ForgedError):
        KEYS.open(token)


def test_public_keys_hold_nothing_private() -> None:
    """What is published has the public half only, and the private set has both."""
    assert [set(key) for key in KEYS.public()["keys"]] == [{"kty", "crv", "x", "kid", "use", "alg"}]
    assert "d" in KEYS.private()["keys"][0]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AA"}]}', '{"keys": 1}']
)
def test_what_is_no_key_set_is_refused(text: str) -> None:
    """A wrong file stops the start, instead of signing with who knows what."""
    with pytest.raises(ValueError, match=r"(?i)key"):
        Keys.parse(text)


def test_key_file_is_private_and_keeps_older_keys(tmp_path: Path) -> None:
    """The file is its owner's alone; a second key comes first, and the first one stays."""
    path = tmp_path / "new" / "keys.json"
    first, second = add_key(path), add_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = read_keys(path)
    assert [key.thumbprint() for key in kept.ranked] == [key.thumbprint() for key in second.ranked]
    assert kept.open(first.sign(SAID)) == SAID
    assert list(path.parent.iterdir()) == [path]


def test_gateway_wants_a_file_with_a_key_that_signs(tmp_path: Path) -> None:
    """A missing file, or one of public keys only, is named with the remedy."""
    with pytest.raises(ValueError, match="receipt new-key"):
        read_keys(tmp_path / "missing.json")
    public = tmp_path / "public.json"
    public.write_text(json.dumps(KEYS.public()))
    with pytest.raises(ValueError, match="private"):
        read_keys(public)
