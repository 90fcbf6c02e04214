"""Citizens are told by real mail and push servers: once in effect, again when that helps, not against their will."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import http_ece
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.stack import LocalStack
from shared.cards import Card, Mailbox, Said, Subscription, key_of
from shared.events.gateway import NoticeAsked, NoticeTopic
from shared.events.notify import NoticeFailed, NoticeSent
from shared.ids import new_id
from shared.service import Service
from shared.settings import MailSettings, PushSettings
from shared.vapid import VapidKey, make_key
from tests.integration.notify.conftest import QUICK, corner, working
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import World, now, world
from tests.mail_server import MailServer
from tests.waiting import until

pytestmark = pytest.mark.live

# No night, so that the tests pass at any hour; what belongs together comes within half a second.
AWAKE = QUICK.model_copy(update={"gather_s": 0.5, "apart_s": 0, "night_from_h": 0, "night_until_h": 0})
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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def teller(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    """Return a notify service with a mail server and a push key."""
    folder = tmp_path_factory.mktemp("teller")
    key = make_key(folder / "push.json")
    push = PushSettings(key=folder / "push.json", contact="mailto:it@example.org")
    async with corner(stack.environment, folder) as place, MailServer().serving() as mail:
        sender = "Ihre Post <post@post.example>"
        settings = MailSettings(host="127.0.0.1", port=mail.port, security="none", sender=sender)
        async with (
            working(place, AWAKE, settings, push) as service,
            world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
        ):
            yield Teller(service, events, mail, key)


async def test_a_mail_is_neutral_and_can_be_ended(teller: Teller) -> None:
    """The letter says who sends it, that a program does, in which language, and how to end it with one click."""
    channel_id, address = await teller.mailbox()
    await teller.ask(channel_id, "urgent")
    letter = await teller.mail.until(lambda one: one["To"] == address)
    assert letter["From"] == "Ihre Post <post@post.example>"
    assert letter["Subject"] == "Es eilt"
    assert letter["List-Unsubscribe"] == f"<{OFF}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "de")
    assert letter.get_content().strip() == "Grüße: https://post.example/things"
    await teller.events.until(NoticeSent, channel_id=channel_id, topic="urgent")


async def test_several_things_at_once_are_one_mail(teller: Teller) -> None:
    """Three events in a moment make one letter, about what presses most."""
    channel_id, address = await teller.mailbox()
    await teller.ask(channel_id, "news", "urgent", "news")
    await teller.events.until(NoticeSent, channel_id=channel_id, topic="urgent")
    await teller.ask(channel_id, "test")
    await teller.events.until(NoticeSent, channel_id=channel_id, topic="test")
    assert [one["Subject"] for one in teller.mail.letters if one["To"] == address] == ["Es eilt", "Test"]


async def test_a_busy_server_is_asked_again(teller: Teller) -> None:
    """A server that cannot take a letter now (greylisting) gets the same one later."""
    channel_id, address = await teller.mailbox()
    teller.mail.answers[:] = ["451 later, please", "450 still busy"]
    before = teller.mail.asked
    await teller.ask(channel_id, "news")
    letter = await teller.mail.until(lambda one: one["To"] == address)
    await teller.events.until(NoticeSent, channel_id=channel_id)
    assert teller.mail.asked == before + 3
    assert letter["Message-ID"].endswith("@post.example>")


async def test_a_mailbox_that_refuses_is_told_of(teller: Teller) -> None:
    """After a few tries the gateway learns that nothing arrives there; the channel is not taken away."""
    channel_id, _ = await teller.mailbox()
    teller.mail.answers[:] = ["550 no such user"] * 2
    await teller.ask(channel_id, "news")
    failed = await teller.events.until(NoticeFailed, channel_id=channel_id)
    assert (failed.reason, failed.gone) == ("mailbox_refused", False)


async def test_a_channel_switched_off_is_told_nothing(teller: Teller) -> None:
    """Whatever waits for a channel goes with its card."""
    channel_id, address = await teller.mailbox()
    await teller.service.objects.remove(key_of(channel_id))
    await teller.ask(channel_id, "news")
    other, _ = await teller.mailbox()
    await teller.ask(other, "news")
    await teller.events.until(NoticeSent, channel_id=other)
    await until(lambda: teller.forgot(channel_id), what=lambda: "the notice forgotten")
    assert not [one for one in teller.mail.letters if one["To"] == address]


async def test_an_address_is_told_only_what_its_card_has_words_for(teller: Teller) -> None:
    """Nothing but its code goes to an address that was not confirmed, whatever is asked for."""
    channel_id, address = await teller.mailbox()
    await teller.ask(channel_id, "asked")
    other, _ = await teller.mailbox()
    await teller.ask(other, "news")
    await teller.events.until(NoticeSent, channel_id=other)
    await until(lambda: teller.forgot(channel_id), what=lambda: "the notice forgotten")
    assert not [one for one in teller.mail.letters if one["To"] == address]


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


async def test_a_browser_reads_what_was_pushed(teller: Teller, supplier: SupplierServer) -> None:
    """The push service sees who sends and how much it presses; the words only the browser reads."""
    browser = Browser()
    channel_id = await teller.open(subscription=browser.subscription(supplier.url))
    await teller.ask(channel_id, "urgent")
    await teller.events.until(NoticeSent, channel_id=channel_id)
    [(headers, body)] = supplier.received
    shown = browser.opened(body)
    assert (shown["title"], shown["tag"], shown["url"]) == ("Es eilt", "urgent", "https://post.example/things")
    assert b"eilt" not in body
    assert (headers["content-encoding"], headers["urgency"], headers["topic"]) == ("aes128gcm", "high", "urgent")
    assert 0 < int(headers["ttl"]) <= 24 * 3600
    fields = dict(part.split("=", 1) for part in headers["authorization"].removeprefix("vapid ").split(", "))
    public = ECKey.import_key(teller.key.key.as_dict(private=False))
    claims = jwt.decode(fields["t"], public, algorithms=["ES256"]).claims
    assert claims["aud"] == supplier.url.removesuffix("/hook")
    assert (claims["sub"], fields["k"]) == ("mailto:it@example.org", teller.key.public)


async def test_a_busy_push_service_is_asked_again(teller: Teller, supplier: SupplierServer) -> None:
    """503 and 429 heal by themselves."""
    supplier.answers[:] = [503, 429]
    channel_id = await teller.open(subscription=Browser().subscription(supplier.url))
    await teller.ask(channel_id, "news")
    await teller.events.until(NoticeSent, channel_id=channel_id)
    assert len(supplier.received) == 3


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_ended_is_told_of_at_once(
    teller: Teller, supplier: SupplierServer, status: int
) -> None:
    """A browser that was reset, or whose citizen took the permission back, is not asked twice."""
    supplier.answers[:] = [status]
    channel_id = await teller.open(subscription=Browser().subscription(supplier.url))
    await teller.ask(channel_id, "news")
    failed = await teller.events.until(NoticeFailed, channel_id=channel_id)
    assert (failed.reason, failed.gone) == (f"http_{status}", True)
    assert len(supplier.received) == 1


@pytest.mark.parametrize("endpoint", ["https://10.0.0.1/x", "http://169.254.169.254/x", "https://[::ffff:10.0.0.1]/x"])
async def test_a_push_goes_to_no_address_of_ours(teller: Teller, endpoint: str) -> None:
    """A client that names a machine of our own network as its push service reaches nothing by it."""
    channel_id = await teller.open(subscription=Browser().subscription(endpoint))
    await teller.ask(channel_id, "news")
    failed = await teller.events.until(NoticeFailed, channel_id=channel_id)
    assert (failed.reason, failed.gone) == ("address_refused", False)


async def test_a_mail_server_that_is_away_ends_with_a_word(stack: LocalStack, tmp_path: Path) -> None:
    """Tried for as long as the schedule lasts, a notice that cannot be handed over is told of and not forgotten."""
    nobody = MailServer()
    settings = MailSettings(host="127.0.0.1", port=nobody.port, security="none", sender="post@post.example")
    async with (
        corner(stack.environment, tmp_path) as place,
        working(place, AWAKE, settings) as service,
        world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
    ):
        teller = Teller(service, events, nobody, VapidKey.made())
        channel_id, _ = await teller.mailbox()
        await teller.ask(channel_id, "news")
        assert (await events.until(NoticeFailed, channel_id=channel_id)).reason == "connection_failed"
        pushed = await teller.open(subscription=Browser().subscription("https://push.example/x"))
        await teller.ask(pushed, "news")
        assert (await events.until(NoticeFailed, channel_id=pushed)).reason == "way_not_offered"
