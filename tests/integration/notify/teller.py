"""A notify service that tells citizens, the servers it tells them by, and what a browser keeps."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.cards import Card, Mailbox, Said, Subscription, key_of
from shared.events.gateway import NoticeAsked, NoticeTopic
from shared.ids import new_id
from shared.service import Service
from shared.vapid import VapidKey
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import World, now
from tests.mail_server import MailServer

WORDS: dict[NoticeTopic, Said] = {
    "news": Said(subject="Es gibt etwas Neues", body="Sehen Sie nach: https://post.example/things"),
    "urgent": Said(subject="Es eilt", body="Grüße: https://post.example/things"),
    "test": Said(subject="Test", body="Das ist ein Test."),
}
OFF = "https://post.example/off/abc"


@dataclass(frozen=True, slots=True)
class Teller:
    """A notify service that can mail and push, and those it speaks to."""

    service: Service
    events: World
    mail: MailServer
    key: VapidKey
    browsers: SupplierServer

    async def open(self, **ways: Mailbox | Subscription) -> str:
        """Put the card of a new channel into the store; return the channel's id."""
        channel_id = new_id()
        card = Card.model_validate(
            {"channel_id": channel_id, "language": "de-simple", "app_url": "https://post.example/things"}
            | {"words": WORDS, **ways}
        )
        data = card.model_dump_json().encode()
        objects = self.service.objects
        await objects.put(key_of(channel_id), data, size_bytes=len(data), media_type="application/json")
        return channel_id

    async def mailbox(self) -> tuple[str, str]:
        """Open a mailbox nobody else has; return its channel and its address."""
        address = f"{new_id()}@example.org"
        return await self.open(mailbox=Mailbox(address=address, off_url=OFF)), address

    async def ask(self, channel_id: str, *topics: NoticeTopic) -> None:
        """Let something happen that a citizen should know."""
        for topic in topics:
            fact = NoticeAsked(channel_id=channel_id, topic=topic, card_key=key_of(channel_id), asked_at=now())
            await self.events.happen(fact)

    async def forgot(self, channel_id: str) -> bool:
        """Tell whether nothing is kept of a channel any more."""
        return await self.service.database.notices.find_one({"channel_id": channel_id}) is None


class Browser:
    """What a browser keeps of its subscription."""

    def __init__(self) -> None:
        """Make keys."""
        self.private, self.auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"

    def subscription(self, endpoint: str) -> Subscription:
        """Return what it tells us."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        p256dh, auth = (urlsafe_b64encode(part).rstrip(b"=").decode() for part in (point, self.auth))
        return Subscription(endpoint=endpoint, p256dh=p256dh, auth=auth)

    def opened(self, body: bytes) -> dict[str, str]:
        """Return what it reads."""
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
        shown: dict[str, str] = json.loads(plain)
        return shown
