"""A small OpenID provider that hands out whatever ID token a test wants; nobody sees a login page of it."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from deploy.local.ports import free_port
from shared.clock import utc_now
from tests.loopback import served

CLIENT_ID = "amtsbote"
BITS = 2048
PLACES = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "jwks_uri": "/keys",
    "userinfo_endpoint": "/about",
}


@dataclass(slots=True)
class Issuer:
    """One provider with one key, for one subject; `id_token` is what it hands out next."""

    port: int = field(default_factory=free_port)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(BITS, {"kid": "ours"}))
    subject: str = "somebody"
    id_token: str = ""

    @property
    def url(self) -> str:
        """Where it is, and what it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    def claims(self, nonce: str | None, **changed: Any) -> dict[str, Any]:
        """Return what a right token says; a claim that is changed to None is left out."""
        now = utc_now()
        right = {"iss": self.url, "aud": CLIENT_ID, "sub": self.subject, "nonce": nonce}
        times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(minutes=5)).timestamp())}
        return {name: value for name, value in {**right, **times, **changed}.items() if value is not None}

    def signed(self, claims: Mapping[str, Any], key: RSAKey | None = None) -> str:
        """Return a token, signed with the provider's key unless another is given."""
        return jwt.encode({"alg": "RS256", "kid": "ours"}, dict(claims), key or self.key, algorithms=["RS256"])

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Issuer"]:
        """Answer until the end."""
        described = {"issuer": self.url, **{name: self.url + path for name, path in PLACES.items()}}
        answers: dict[str, Any] = {
            "/.well-known/openid-configuration": lambda: described,
            PLACES["jwks_uri"]: lambda: KeySet([self.key]).as_dict(private=False),
            PLACES["token_endpoint"]: lambda: {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token},
            PLACES["userinfo_endpoint"]: lambda: {"sub": self.subject},
        }

        async def answer(request: Request) -> JSONResponse:
            return JSONResponse(answers[request.url.path]())

        web = Starlette(routes=[Route(path, answer, methods=["GET", "POST"]) for path in answers])
        async with served(web, self.port):
            yield self


def unsigned(claims: Mapping[str, Any]) -> str:
    """Return a token that says it needs no signature (RFC 7519, 6)."""
    return _begun(claims, "none") + "."


def sealed(claims: Mapping[str, Any], secret: bytes) -> str:
    """Return a token signed with a secret that is no secret: libraries refuse to make one with a public key."""
    begun = _begun(claims, "HS256")
    return f"{begun}.{_text(hmac.digest(secret, begun.encode(), 'sha256'))}"


def _begun(claims: Mapping[str, Any], algorithm: str) -> str:
    return ".".join(_text(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": "ours"}, dict(claims)))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
