"""Signed links: what suppliers fetch packets by, and what switches a citizen's channel off; nobody else makes any."""

import hmac
from datetime import timedelta
from typing import Literal

from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from shared.events.event import Code, Id, Sha256

Use = Literal["download", "confirm"]


class PacketLink(BaseModel):
    """What a link stands for: ids and an object key, readable by its holder and so without personal data."""

    model_config = ConfigDict(frozen=True)

    forward_id: Id
    consent_id: Id
    supplier_id: Code
    object_key: str
    sha256: Sha256


class Links:
    """Signs and reads links; a link for one use is worthless for the other."""

    def __init__(self, secret: SecretStr | None) -> None:
        """Sign with `secret`.

        Raises:
            ValueError: there is no secret, or one too short to be safe.
        """
        value = secret.get_secret_value() if secret else ""
        if len(value) < 32:  # noqa: PLR2004 - 256 bits as hex or base64 have at least 43 characters, raw bytes 32
            raise ValueError("AMTSBOTE_LINK_SECRET must have at least 32 characters")
        self._secret = value

    def sign(self, link: PacketLink, use: Use) -> str:
        """Return the text of a link, safe in a URL."""
        return self._signer(use).dumps(link.model_dump())

    def read(self, text: str, use: Use, *, valid_for: timedelta) -> PacketLink:
        """Return what a link stands for.

        Raises:
            ValueError: `link.invalid`: forged, or for another use; `link.expired`: older than `valid_for`.
        """
        try:
            return PacketLink.model_validate(self._signer(use).loads(text, max_age=int(valid_for.total_seconds())))
        except SignatureExpired as error:
            raise ValueError("link.expired") from error
        except (BadSignature, ValidationError) as error:
            raise ValueError("link.invalid") from error

    def sign_off(self, channel_id: str) -> str:
        """Return the text of a link that switches a channel off; it works as long as the channel is there."""
        return str(self._off().dumps(channel_id))

    def read_off(self, text: str) -> str:
        """Return the channel that a link switches off.

        Raises:
            ValueError: `link.invalid`: it is none of ours.
        """
        try:
            return str(self._off().loads(text))
        except BadSignature as error:
            raise ValueError("link.invalid") from error

    def _off(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt="amtsbote.channel.off")

    def digest(self, text: str) -> str:
        """Return what tells texts apart, and cannot be guessed back without the secret."""
        return hmac.new(self._secret.encode(), f"amtsbote.digest {text}".encode(), "sha256").hexdigest()

    def _signer(self, use: Use) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"amtsbote.packet.{use}")
