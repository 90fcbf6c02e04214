"""Citizens are told by a real mail server: once in effect, again when that helps, not against their will."""

from pathlib import Path

import pytest

from deploy.local.stack import LocalStack
from shared.cards import key_of
from shared.events.notify import NoticeFailed, NoticeSent
from shared.settings import MailSettings
from shared.vapid import VapidKey
from tests.integration.notify.conftest import corner, working
from tests.integration.notify.quick import AWAKE
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.teller import OFF, Browser, Teller
from tests.integration.notify.world import world
from tests.mail_server import MailServer
from tests.waiting import until

pytestmark = pytest.mark.live


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


async def test_a_mail_server_that_is_away_ends_with_a_word(stack: LocalStack, tmp_path: Path) -> None:
    """Tried for as long as the schedule lasts, a notice that cannot be handed over is told of and not forgotten."""
    nobody = MailServer()
    settings = MailSettings(host="127.0.0.1", port=nobody.port, security="none", sender="post@post.example")
    async with (
        corner(stack.environment, tmp_path) as place,
        working(place, AWAKE, settings) as service,
        world(place.environment["AMTSBOTE_RABBIT_URL"], service.objects) as events,
    ):
        teller = Teller(service, events, nobody, VapidKey.made(), SupplierServer())
        channel_id, _ = await teller.mailbox()
        await teller.ask(channel_id, "news")
        assert (await events.until(NoticeFailed, channel_id=channel_id)).reason == "connection_failed"
        pushed = await teller.open(subscription=Browser().subscription("https://push.example/x"))
        await teller.ask(pushed, "news")
        assert (await events.until(NoticeFailed, channel_id=pushed)).reason == "way_not_offered"
