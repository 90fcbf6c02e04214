"""Which addresses a webhook may reach."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from ipaddress import ip_address, ip_network

import httpx
import pytest

from services.notify.client.address import AddressRefusedError, permitted, resolve

LOOPBACK = ip_network("127.0.0.0/8")
OFFICE = ip_network("10.20.0.0/16")
OURS = (LOOPBACK, ip_network("::1/128"))


@pytest.fixture
def threads() -> Iterator[Executor]:
    """Return one thread for look-ups."""
    with ThreadPoolExecutor(1) as one:
        yield one


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.20.1.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused here
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_private_addresses_are_refused(address: str) -> None:
    """Neither this machine nor a network of ours nor a cloud's metadata can be reached, in no spelling."""
    assert not permitted(ip_address(address), "https", ())
    assert not permitted(ip_address(address), "http", ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_reached_by_https_only(address: str) -> None:
    """A notice never travels in the clear."""
    assert permitted(ip_address(address), "https", ())
    assert not permitted(ip_address(address), "http", (LOOPBACK,))


def test_the_operator_may_allow_networks() -> None:
    """An allowed private network is reached by https, and loopback by http for a stack on one machine."""
    assert permitted(ip_address("10.20.1.1"), "https", (OFFICE,))
    assert not permitted(ip_address("10.20.1.1"), "http", (OFFICE,))
    assert not permitted(ip_address("10.21.1.1"), "https", (OFFICE,))
    assert permitted(ip_address("127.0.0.1"), "http", (LOOPBACK,))


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::ffff:127.0.0.1]/",
        "ftp://example.com/",
        "https://user:password@example.com/",
    ],
)
async def test_names_and_odd_spellings_are_judged_by_where_they_lead(url: str, threads: Executor) -> None:
    """What counts is the address after the lookup."""
    with pytest.raises(AddressRefusedError):
        await resolve(httpx.URL(url), (), threads)


async def test_the_judged_address_is_the_one_to_connect_to(threads: Executor) -> None:
    """The name is not looked up a second time."""
    address = await resolve(httpx.URL("http://localhost:8/"), OURS, threads)
    assert address in {"127.0.0.1", "::1"}


async def test_a_silent_name_server_holds_up_nothing_else(threads: Executor) -> None:
    """Names that strangers gave us are looked up in threads of their own; all others are free."""
    answers = threading.Event()
    threads.submit(answers.wait)
    looking = asyncio.create_task(resolve(httpx.URL("http://localhost:8/"), OURS, threads))
    assert await asyncio.to_thread(lambda: "free") == "free"
    assert not looking.done()
    answers.set()
    assert await looking in {"127.0.0.1", "::1"}
