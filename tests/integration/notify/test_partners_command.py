"""`python -m services partners` sets up what a partner needs, shows secrets once, and explains what is in its way."""

import asyncio
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aio_pika
import pytest
from aiormq.exceptions import AMQPConnectionError, ChannelNotFoundEntity

from shared.partners import Partners
from tests.integration.notify.conftest import Place

pytestmark = pytest.mark.live


@pytest.fixture
def own(place: Place, tmp_path: Path) -> Place:
    """Return a place with a partners file of its own."""
    return replace(
        place, environment=place.environment | {"AMTSBOTE_PARTNERS": str(tmp_path / "own" / "partners.json")}
    )


def known(place: Place) -> Partners:
    """Return the partners as the services read them."""
    return Partners.load(Path(place.environment["AMTSBOTE_PARTNERS"]))


def test_a_new_partner_is_known_by_its_token_alone(own: Place) -> None:
    """The file holds no token, only its hash, and nobody but its owner may read it."""
    tool, supplier = own.add_tool("power_cut"), own.add_supplier("--webhook", "https://supplier.example/hook")
    file = Path(own.environment["AMTSBOTE_PARTNERS"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tool["token"] not in file.read_text()
    found = known(own).tool_of(tool["token"])
    assert found
    assert (found.id, found.team) == (tool["id"], "power_cut")
    kept = known(own).supplier_of(supplier["token"])
    assert kept
    assert kept.webhook_secret
    assert kept.webhook_secret.get_secret_value() == supplier["webhook_secret"]


def test_listing_shows_partners_and_no_secret(own: Place) -> None:
    """What `list` prints can be shown to anybody."""
    tool, supplier = own.add_tool("power_cut"), own.add_supplier("--webhook", "https://supplier.example/hook")
    listed = own.partners("list").stdout
    assert tool["id"] in listed
    assert supplier["id"] in listed
    assert not [secret for secret in (tool["token"], supplier["token"], supplier["webhook_secret"]) if secret in listed]


async def test_a_removed_tool_can_no_longer_connect(own: Place) -> None:
    """Its token and its login end at once, also where it is connected."""
    tool = own.add_tool("power_cut")
    connection = await aio_pika.connect(tool["amqp_url"])
    closed = asyncio.Event()
    connection.close_callbacks.add(lambda *_: closed.set())
    assert own.partners("remove", tool["id"]).exit_code == 0
    assert known(own).tool_of(tool["token"]) is None
    async with asyncio.timeout(10):
        await closed.wait()
    with pytest.raises(AMQPConnectionError):
        await aio_pika.connect(tool["amqp_url"])


async def test_partners_are_told_the_public_address_and_a_login_of_their_host_alone(own: Place) -> None:
    """The URL names the broker as partners reach it; a partner of the same name elsewhere has another login."""
    public = replace(
        own, environment=own.environment | {"AMTSBOTE_RABBIT_PUBLIC_URL": "amqps://ignored:x@broker.example:5671"}
    )
    ours, told = urlsplit(own.environment["AMTSBOTE_RABBIT_URL"]), urlsplit(public.add_tool("power_cut")["amqp_url"])
    assert (told.scheme, told.hostname, told.port, told.path) == ("amqps", "broker.example", 5671, ours.path)
    assert unquote(told.username or "").endswith("@" + unquote(ours.path[1:]))
    here = f"{told.netloc.rpartition('@')[0]}@{ours.netloc.rpartition('@')[2]}"
    await (await aio_pika.connect(told._replace(scheme=ours.scheme, netloc=here).geturl())).close()


async def test_a_removed_supplier_keeps_what_it_has_not_read(own: Place) -> None:
    """A queue in which something waits stays, and the operator is told."""
    supplier = own.add_supplier("--queue")
    async with await aio_pika.connect(own.environment["AMTSBOTE_RABBIT_URL"]) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(aio_pika.Message(b"{}"), supplier["queue"])
        removed = own.partners("remove", supplier["id"])
        assert "its queue is kept" in removed.stdout
        assert await channel.get_queue(supplier["queue"])


async def test_a_removed_partner_leaves_nothing_behind(own: Place) -> None:
    """Queue, dead queue and login of a tool that has read everything are gone."""
    tool = own.add_tool("power_cut")
    assert own.partners("remove", tool["id"]).stdout.strip() == f"removed {tool['id']}"
    async with await aio_pika.connect(own.environment["AMTSBOTE_RABBIT_URL"]) as connection:
        for queue in (tool["queue"], f"{tool['queue']}.dead"):
            with pytest.raises(ChannelNotFoundEntity):
                await (await connection.channel()).get_queue(queue)


def test_partners_added_at_once_are_all_kept(own: Place) -> None:
    """Two operators at the same moment do not undo each other's work."""
    words = ("add-supplier", "--name", "Stadtwerke", "--webhook", "https://supplier.example/hook")
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda number: own.run_apart("partners", *words, f"s{number}"), range(3)))
    assert sorted(supplier.id for supplier in known(own).suppliers) == [f"s{number}" for number in range(3)]


async def test_a_removal_that_failed_can_be_done_again(own: Place) -> None:
    """While the broker's API is away nobody is removed, so no login is left behind that no command could end."""
    tool = own.add_tool("power_cut")
    away = replace(own, environment=own.environment | {"AMTSBOTE_RABBIT_MANAGEMENT_URL": "http://guest:x@127.0.0.1:9"})
    assert away.partners("remove", tool["id"]).exit_code == 1
    assert own.partners("remove", tool["id"]).exit_code == 0
    with pytest.raises(AMQPConnectionError):
        await aio_pika.connect(tool["amqp_url"])


@pytest.mark.parametrize(
    ("words", "exit_code", "explained"),
    [
        (("add-tool", "Desk", "--team", "x"), 2, "small letters"),
        (("add-supplier", "s", "--name", "S"), 2, "choose one way"),
        (("add-supplier", "s", "--name", "S", "--queue", "--webhook", "https://s.example"), 2, "choose one way"),
        (("add-supplier", "s", "--name", "S", "--webhook", "s.example"), 2, "is not a URL"),
        (("remove", "nobody"), 2, "no partner"),
    ],
)
def test_wrong_use_is_explained(own: Place, words: tuple[str, ...], exit_code: int, explained: str) -> None:
    """A wrong word is refused before anything changes."""
    result = own.partners(*words)
    assert (result.exit_code, explained in " ".join(result.stderr.split())) == (exit_code, True)
    assert known(own) == Partners()


def test_the_same_name_twice_is_refused(own: Place) -> None:
    """New secrets never replace old ones unasked."""
    tool = own.add_tool("power_cut")
    result = own.partners("add-tool", tool["id"], "--team", "benefits")
    assert (result.exit_code, "already a partner" in result.stderr) == (2, True)
    assert known(own).tool_of(tool["token"])


@pytest.mark.parametrize(
    ("setting", "value", "explained"),
    [
        ("AMTSBOTE_RABBIT_MANAGEMENT_URL", "http://guest:guest@127.0.0.1:9", "does not answer at 127.0.0.1:9"),
        ("AMTSBOTE_RABBIT_URL", "amqp://127.0.0.1/nowhere", "no virtual host 'nowhere'"),
        ("AMTSBOTE_PARTNERS", "/proc/partners.json", "cannot write /proc/partners.json"),
    ],
)
def test_what_stands_in_the_way_is_told_in_one_line(own: Place, setting: str, value: str, explained: str) -> None:
    """A server that is away or a place that cannot be written gives its reason and the remedy, and exit code 1."""
    place = replace(own, environment=own.environment | {setting: value})
    result = place.partners("add-tool", "desk", "--team", "x")
    assert (result.exit_code, explained in result.stderr, result.stderr.count("\n")) == (1, True, 1)
    assert known(own) == Partners()
