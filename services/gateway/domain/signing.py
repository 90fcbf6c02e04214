"""The keys receipts are signed with: Ed25519 (RFC 8032) as JSON Web Keys; the first signs, all of them verify."""

import json
from dataclasses import dataclass
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

# RFC 9864: says what is meant, where the older "EdDSA" names a family.
ALGORITHM: Final = "Ed25519"


class ForgedError(Exception):
    """A signature that is not ours; the text is a code: `signature.unknown_key` or `signature.wrong`."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys by rank, newest first; those that only verify may lack their private half."""

    ranked: tuple[OKPKey, ...]

    @classmethod
    def parse(cls, text: str | bytes) -> "Keys":
        """Return the keys of a JSON Web Key Set (RFC 7517); each is named by its thumbprint (RFC 7638).

        Raises:
            ValueError: it is none, or holds anything but Ed25519 keys.
        """
        try:
            ranked = tuple(OKPKey.import_key(key) for key in json.loads(text)["keys"])
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ValueError("this is no JSON Web Key Set") from error
        if not ranked or any(key.curve_name != ALGORITHM for key in ranked):
            raise ValueError("a key set for receipts holds Ed25519 keys, and at least one")
        return cls(ranked)

    @property
    def can_sign(self) -> bool:
        """Whether the first key has its private half."""
        return self.ranked[0].is_private

    def sign(self, payload: bytes) -> str:
        """Return a compact JWS (RFC 7515); the same payload has the same one, as Ed25519 draws no lots."""
        key = self.ranked[0]
        header = {"alg": ALGORITHM, "kid": key.thumbprint()}
        return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])

    def open(self, token: str) -> bytes:
        """Return what a compact JWS says.

        Raises:
            ForgedError: no key of ours signed it.
        """
        try:
            name = jws.extract_compact(token.encode()).headers().get("kid")
            key = next((key for key in self.ranked if key.thumbprint() == name), None)
            if key is None:
                raise ForgedError("signature.unknown_key")
            return jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload
        except (JoseError, ValueError) as error:
            raise ForgedError("signature.wrong") from error

    def public(self) -> dict[str, list[dict[str, str]]]:
        """Return the set that anybody may have: no private half in it."""
        about = {"use": "sig", "alg": ALGORITHM}
        return {"keys": [{**_texts(key, private=False), "kid": key.thumbprint(), **about} for key in self.ranked]}

    def private(self) -> dict[str, list[dict[str, str]]]:
        """Return the set to be kept."""
        return {"keys": [{**_texts(key, private=key.is_private), "kid": key.thumbprint()} for key in self.ranked]}

    def with_new(self) -> "Keys":
        """Return a set whose new first key signs from now on; the others go on verifying."""
        return Keys((OKPKey.generate_key(ALGORITHM), *self.ranked))


def _texts(key: OKPKey, *, private: bool) -> dict[str, str]:
    wanted = ("kty", "crv", "x", *(("d",) if private else ()))
    kept = key.as_dict(private=private)
    return {name: str(kept[name]) for name in wanted}
