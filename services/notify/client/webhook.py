"""Tells a supplier by a signed webhook: Standard Webhooks (www.standardwebhooks.com), one POST per try."""

from pydantic import SecretStr
from standardwebhooks import Webhook

from services.notify.client.outside import Outside
from services.notify.domain.retry import Outcome
from shared.clock import Clock
from shared.events.event import CONTENT_TYPE


class Webhooks:
    """Sends notices to suppliers' servers."""

    def __init__(self, outside: Outside, clock: Clock) -> None:
        """Send through `outside`."""
        self._outside = outside
        self._clock = clock

    async def send(self, url: str, secret: SecretStr, *, message_id: str, body: bytes) -> Outcome:
        """Send one notice; the same `message_id` at each try lets the receiver drop repeats."""
        return await self._outside.post(url, self._headers(secret, message_id, body), body)

    def _headers(self, secret: SecretStr, message_id: str, body: bytes) -> dict[str, str]:
        now = self._clock()
        signature = Webhook(secret.get_secret_value()).sign(message_id, now, body.decode())
        return {
            "content-type": CONTENT_TYPE,
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
