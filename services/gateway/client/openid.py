"""Talks to an identity provider: OpenID Connect, authorization code with PKCE, state and nonce."""

import asyncio
import base64
import secrets
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.domain.logins import Attempt, Identity, Provider, person_of
from services.gateway.domain.refusal import RefusedError
from shared.clock import Clock

log = structlog.get_logger()

CALLBACK = "/login/back"
ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "ES384", "RS512", "ES512"]
"""Signatures of ID tokens that we take: none that a shared secret makes, and never none at all."""
TIMEOUT_S = 3.0
"""For each of at most four requests in all, so that a login fails before our own deadline."""
MOST_BYTES = 1024 * 1024
"""Of one answer: descriptions, keys and claims are some kilobytes."""
LEEWAY_S = 60
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Metadata(BaseModel):
    """What we need of a provider's description of itself (OpenID Connect Discovery 1.0)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    @property
    def is_https(self) -> bool:
        """Whether every address in it is https."""
        asked = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.userinfo_endpoint)
        return all(urlsplit(url).scheme == "https" for url in asked if url)


class OpenIdProvider:
    """One provider; it is asked for its description and keys at each login, so a change needs nothing from us."""

    def __init__(self, provider: Provider, public_url: str, clock: Clock) -> None:
        """Ask nothing yet.

        Raises:
            ValueError: its address is not https, and not on this machine either; or we have no name or secret there.
        """
        url = urlsplit(provider.issuer)
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            raise ValueError("AMTSBOTE_GATEWAY_OIDC_ISSUER must begin with https://")
        if not (provider.client_id and provider.secret.get_secret_value()):
            raise ValueError("AMTSBOTE_GATEWAY_OIDC_CLIENT_ID and AMTSBOTE_GATEWAY_OIDC_CLIENT_SECRET must be set")
        self._provider = provider
        self._redirect_uri = public_url + CALLBACK
        self._clock = clock
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S)

    @property
    def name(self) -> str:
        """What people call it."""
        return self._provider.name

    async def close(self) -> None:
        """Let its connections go."""
        await self._http.aclose()

    async def begin(self, back: str) -> tuple[Attempt, str]:
        """Return a new attempt, and the address at the provider to send the browser to.

        Raises:
            RefusedError: `login.unavailable`.
        """
        metadata = await self._metadata()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._provider.client_id,
            "code",
            redirect_uri=self._redirect_uri,
            scope=self._provider.scopes,
            state=state,
            nonce=nonce,
            code_challenge=str(create_s256_code_challenge(verifier)),  # type: ignore[no-untyped-call] # authlib's stub
            code_challenge_method="S256",
        )
        return Attempt(state=state, nonce=nonce, verifier=verifier, back=back), str(address)

    async def finish(self, attempt: Attempt, code: str) -> Identity:
        """Return who logged in.

        Raises:
            RefusedError: `login.failed`: the code is worthless, or what it leads to is not from the provider for us
                and this attempt; `login.unavailable`.
        """
        metadata = await self._metadata()
        tokens = await self._tokens(metadata, attempt, code)
        keys = await self._get(metadata.jwks_uri)
        try:
            claims = self._checked(str(tokens["id_token"]), keys, attempt)
            claims |= await self._more(metadata, str(tokens["access_token"]), str(claims["sub"]))
        except (JoseError, KeyError, ValueError) as error:
            log.warning("login.refused", error=type(error).__name__)
            raise RefusedError("login.failed") from error
        return Identity(self._provider.issuer, str(claims["sub"]), person_of(claims, self._clock()))

    async def _metadata(self) -> Metadata:
        found = await self._get(self._provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            metadata = Metadata.model_validate(found)
        except ValidationError as error:
            raise self._unavailable(error) from error
        if urlsplit(metadata.issuer).scheme == "https" and not metadata.is_https:
            log.error("login.plain_endpoint", remedy="the provider must state https:// addresses")
            raise RefusedError("login.unavailable", retry_after_s=60, name=self.name)
        if metadata.issuer != self._provider.issuer:  # Discovery 1.0, 4.3: else another provider could answer for it
            log.error("login.other_issuer", remedy="AMTSBOTE_GATEWAY_OIDC_ISSUER must be exactly the issuer it states")
            raise RefusedError("login.unavailable", retry_after_s=60, name=self.name)
        return metadata

    async def _tokens(self, metadata: Metadata, attempt: Attempt, code: str) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=self._redirect_uri, code=code, code_verifier=attempt.verifier
        )
        who, secret = self._provider.client_id, self._provider.secret.get_secret_value()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            headers["authorization"] = _basic(quote_plus(who), quote_plus(secret))  # RFC 6749, 2.3.1
        else:
            body += f"&client_id={quote_plus(who)}&client_secret={quote_plus(secret)}"
        answer = await self._ask("POST", metadata.token_endpoint, headers, body)
        if answer.is_client_error:
            log.warning("login.code_refused", status=answer.status_code)
            raise RefusedError("login.failed")
        return self._object(answer)

    def _checked(self, id_token: str, keys: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        """Check an ID token as OpenID Connect Core 1.0, 3.1.3.7 asks."""
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type] # JSON
        client_id = self._provider.client_id
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "values": [client_id]},
            azp={"value": client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        rules.validate(token.claims)
        return dict(token.claims)

    async def _more(self, metadata: Metadata, access_token: str, subject: str) -> dict[str, Any]:
        """Return what the provider tells beside the ID token, if it is about the same person (Core 1.0, 5.3.2)."""
        if metadata.userinfo_endpoint is None:
            return {}
        claims = await self._get(metadata.userinfo_endpoint, {"authorization": f"Bearer {access_token}"})
        if claims.get("sub") != subject:
            raise ValueError("the subject changed")
        return claims

    async def _get(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        return self._object(await self._ask("GET", url, headers or {}))

    async def _ask(self, method: str, url: str, headers: dict[str, str], body: str | None = None) -> httpx.Response:
        """Return an answer that came whole within its time and its size; packed, it could be any size."""
        plain, read = {**headers, "accept-encoding": "identity"}, bytearray()
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._http.stream(method, url, headers=plain, content=body) as answer,
            ):
                async for piece in answer.aiter_raw():
                    read += piece
                    if len(read) > MOST_BYTES:
                        raise httpx.DecodingError("the answer is too long")
                return httpx.Response(answer.status_code, content=bytes(read), request=answer.request)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise self._unavailable(error) from error

    def _object(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            found = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._unavailable(error) from error
        if not isinstance(found, dict):
            raise self._unavailable(TypeError())
        return found

    def _unavailable(self, error: Exception) -> RefusedError:
        log.warning("login.unavailable", error=type(error).__name__)
        return RefusedError("login.unavailable", retry_after_s=60, name=self.name)


def _basic(who: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{who}:{secret}".encode()).decode()
