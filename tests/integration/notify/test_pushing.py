"""Citizens are told by a browser's push service: for that browser alone, and at no address that is none."""

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.events.notify import NoticeFailed, NoticeSent
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.teller import Browser, Teller

pytestmark = pytest.mark.live


@pytest.fixture
def push_service(teller: Teller) -> SupplierServer:
    """Return a browser's push service that has heard of nothing yet."""
    teller.browsers.received.clear()
    teller.browsers.answers.clear()
    return teller.browsers


async def test_a_browser_reads_what_was_pushed(teller: Teller, push_service: SupplierServer) -> None:
    """The push service sees who sends and how much it presses; the words only the browser reads."""
    browser = Browser()
    channel_id = await teller.open(subscription=browser.subscription(push_service.url))
    await teller.ask(channel_id, "urgent")
    await teller.events.until(NoticeSent, channel_id=channel_id)
    [(headers, body)] = push_service.received
    shown = browser.opened(body)
    assert (shown["title"], shown["tag"], shown["url"]) == ("Es eilt", "urgent", "https://post.example/things")
    assert b"eilt" not in body
    assert (headers["content-encoding"], headers["urgency"], headers["topic"]) == ("aes128gcm", "high", "urgent")
    assert 0 < int(headers["ttl"]) <= 24 * 3600
    fields = dict(part.split("=", 1) for part in headers["authorization"].removeprefix("vapid ").split(", "))
    public = ECKey.import_key(teller.key.key.as_dict(private=False))
    claims = jwt.decode(fields["t"], public, algorithms=["ES256"]).claims
    assert claims["aud"] == push_service.url.removesuffix("/hook")
    assert (claims["sub"], fields["k"]) == ("mailto:it@example.org", teller.key.public)


async def test_a_busy_push_service_is_asked_again(teller: Teller, push_service: SupplierServer) -> None:
    """503 and 429 heal by themselves."""
    push_service.answers[:] = [503, 429]
    channel_id = await teller.open(subscription=Browser().subscription(push_service.url))
    await teller.ask(channel_id, "news")
    await teller.events.until(NoticeSent, channel_id=channel_id)
    assert len(push_service.received) == 3


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_ended_is_told_of_at_once(
    teller: Teller, push_service: SupplierServer, status: int
) -> None:
    """A browser that was reset, or whose citizen took the permission back, is not asked twice."""
    push_service.answers[:] = [status]
    channel_id = await teller.open(subscription=Browser().subscription(push_service.url))
    await teller.ask(channel_id, "news")
    failed = await teller.events.until(NoticeFailed, channel_id=channel_id)
    assert (failed.reason, failed.gone) == (f"http_{status}", True)
    assert len(push_service.received) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://10.0.0.1/x",
        "http://169.254.169.254/x",
        "https://[::ffff:10.0.0.1]/x",
    ],
)
async def test_a_push_goes_to_no_address_of_ours(teller: Teller, endpoint: str) -> None:
    """A client that names a machine of our own network as its push service reaches nothing by it."""
    channel_id = await teller.open(subscription=Browser().subscription(endpoint))
    await teller.ask(channel_id, "news")
    failed = await teller.events.until(NoticeFailed, channel_id=channel_id)
    assert (failed.reason, failed.gone) == ("address_refused", False)


async def test_a_push_goes_to_no_machine_of_ours_whatever_suppliers_may_have_there(
    teller: Teller, supplier: SupplierServer
) -> None:
    """A stranger's subscription reaches nothing inside, though webhooks may go there; its answer ends no channel."""
    supplier.answers[:] = [404]
    channel_id = await teller.open(subscription=Browser().subscription(supplier.url + "?delete=1"))
    await teller.ask(channel_id, "news")
    failed = await teller.events.until(NoticeFailed, channel_id=channel_id)
    assert (failed.reason, failed.gone, supplier.received) == ("address_refused", False, [])
