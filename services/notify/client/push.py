"""Tells a browser by Web Push (RFC 8030): encrypted for it alone (RFC 8291), signed as ours (VAPID, RFC 8292)."""

import json
import os
from base64 import urlsafe_b64decode
from http import HTTPStatus
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from services.notify.client.outside import Outside
from services.notify.domain.retry import Outcome
from shared.cards import Card, Subscription
from shared.clock import Clock
from shared.events.gateway import NoticeTopic
from shared.push_services import PushServices
from shared.vapid import VapidKey

DAY_S = 24 * 3600
# The push service forgets the subscription for good: the browser was reset, or the citizen took the permission back.
_GONE = {f"http_{HTTPStatus.NOT_FOUND}", f"http_{HTTPStatus.GONE}"}


class Pushes:
    """Sends notices to browsers' push services, whose addresses browsers gave us."""

    def __init__(self, outside: Outside, services: PushServices, key: VapidKey, contact: str, clock: Clock) -> None:
        """Send to `services` alone through `outside`, signed with `key`; `contact` is whom a service may turn to."""
        self._outside = outside
        self._services = services
        self._key = key
        self._contact = contact
        self._clock = clock

    def host_of(self, card: Card) -> str:
        """Return the name of a browser's push service; empty if it is none that we know."""
        return (card.subscription and self._services.service_of(card.subscription.endpoint)) or ""

    async def send(self, card: Card, topic: NoticeTopic, notice_id: str) -> Outcome:
        """Send one notice; a later one about as pressing a thing takes the place of one not fetched yet."""
        if card.subscription is None:
            return Outcome("never", "subscription_missing")
        endpoint = card.subscription.endpoint
        if not self._services.service_of(endpoint):  # kept before this was judged, or the operator took a service away
            return Outcome("refused", "address_refused")
        try:
            body = encrypted(_shown(card, topic, notice_id), card.subscription)
        except ValueError:  # keys that no browser gives: nothing will ever be read there
            return Outcome("never", "subscription_invalid")
        outcome = await self._outside.post(endpoint, self._headers(endpoint, topic), body)
        return Outcome("never", outcome.reason) if outcome.reason in _GONE else outcome

    def _headers(self, endpoint: str, topic: NoticeTopic) -> dict[str, str]:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        return {
            "authorization": self._key.authorization(origin, self._contact, self._clock()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(DAY_S),
            "topic": topic,
            "urgency": "high" if topic == "urgent" else "normal",
        }


def encrypted(message: bytes, to: Subscription) -> bytes:
    """Return a message as only the browser with this subscription can read it.

    Raises:
        ValueError: the subscription's keys are none.
    """
    public = _decoded(to.p256dh)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    once = ec.generate_private_key(ec.SECP256R1())
    sealed: bytes = http_ece.encrypt(
        message, salt=os.urandom(16), private_key=once, dh=public, auth_secret=_decoded(to.auth), version="aes128gcm"
    )
    return sealed


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _shown(card: Card, topic: NoticeTopic, notice_id: str) -> bytes:
    """Return what the service worker shows; it may not call us back, so all of it is in here."""
    said = card.words[topic]
    shown = {
        "id": notice_id,
        "tag": topic,
        "title": said.subject,
        "body": said.body,
        "url": card.app_url,
        "lang": card.language.partition("-")[0],
    }
    return json.dumps(shown, ensure_ascii=False).encode()
