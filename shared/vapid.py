"""The key by which push services know us again (VAPID, RFC 8292): notify signs with it, browsers get its half."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

CURVE = "P-256"
ALGORITHM = "ES256"
# RFC 8292 allows a day; a shorter life leaves room for clocks that differ.
SIGNED_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class VapidKey:
    """An ECDSA key on P-256; a browser's subscription belongs to just this one."""

    key: ECKey

    @classmethod
    def made(cls) -> "VapidKey":
        """Return a new key."""
        return cls(ECKey.generate_key(CURVE))

    @classmethod
    def parse(cls, text: str | bytes) -> "VapidKey":
        """Return the key of a JSON Web Key with its private half.

        Raises:
            ValueError: it is none.
        """
        try:
            key = ECKey.import_key(json.loads(text))
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ValueError("this is no JSON Web Key") from error
        if key.curve_name != CURVE or not key.is_private:
            raise ValueError(f"a key for push is a private one on {CURVE}")
        return cls(key)

    @property
    def public(self) -> str:
        """The public half as browsers want it: the uncompressed point in base64url."""
        point = self.key.as_dict(private=False)
        parts = (urlsafe_b64decode(str(point[name]) + "==") for name in ("x", "y"))
        return urlsafe_b64encode(b"\x04" + b"".join(parts)).rstrip(b"=").decode()

    def authorization(self, origin: str, contact: str, now: datetime) -> str:
        """Return the `Authorization` for a request to the push service at `origin`; `contact` is who may be asked."""
        claims = {"aud": origin, "exp": int((now + SIGNED_FOR).timestamp()), "sub": contact}
        token = jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, claims, self.key, algorithms=[ALGORITHM])
        return f"vapid t={token}, k={self.public}"


def read_key(path: Path) -> VapidKey:
    """Return the key in a file.

    Raises:
        ValueError: there is no such file, or no key in it; the text says what to do.
    """
    if not path.exists():
        raise ValueError("AMTSBOTE_PUSH_KEY names no file; `python -m services push new-key` makes it")
    return VapidKey.parse(path.read_bytes())


def make_key(path: Path) -> VapidKey:
    """Make the file with a new key; nobody else can read it, not even for a moment.

    Raises:
        FileExistsError: there is one already; a new key would end every subscription made with it.
    """
    made = VapidKey.made()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(made.key.as_dict(private=True), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return made
