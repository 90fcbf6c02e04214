"""Which addresses a webhook may reach."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.client.address import AddressRefusedError, in_turns, permitted, resolve

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
        "2002:5db8:d70e::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "fec0::1",
        "5f00::1",
        "2001::1",
        "2001:1ff:ffff::1",
        "2001:db8::1",
        "3fff::1",
        "4000::1",
        "100::1",
        "192.88.99.1",
        "192.0.0.9",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "240.0.0.1",
        "::ffff:192.88.99.1",
    ],
)
def test_private_addresses_are_refused(address: str) -> None:
    """Neither this machine nor a network of ours nor a cloud's metadata can be reached, in no spelling."""
    assert not permitted(ip_address(address), "https", ())
    assert not permitted(ip_address(address), "http", ())


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "::ffff:93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2001:200::1", "192.31.196.1"],
)
def test_public_addresses_are_reached_by_https_only(address: str) -> None:
    """A notice never travels in the clear."""
    assert permitted(ip_address(address), "https", ())
    assert not permitted(ip_address(address), "http", (LOOPBACK,))


@given(st.ip_addresses())
def test_what_the_library_calls_special_is_refused(address: IPv4Address | IPv6Address) -> None:
    """Nothing is reached that the Internet's registries, as the library knows them, give another purpose."""
    if permitted(address, "https", ()):
        plain = getattr(address, "ipv4_mapped", None) or address
        assert plain.is_global
        assert not any((plain.is_multicast, plain.is_reserved, plain.is_link_local, plain.is_loopback))


@given(st.ip_addresses(v=4), st.sampled_from([0, 0xFFFF << 32, 0xFFFF << 48, 0x64FF9B << 96]))
def test_an_address_inside_another_is_no_way_in(inside: IPv4Address, around: int) -> None:
    """An IPv4 address in any of its IPv6 spellings is reached only if the plain one is."""
    assert permitted(inside, "https", ()) or not permitted(IPv6Address(around + int(inside)), "https", ())
    assert not permitted(IPv6Address((0x2002 << 112) + (int(inside) << 80)), "https", ())


def test_the_two_networks_take_turns() -> None:
    """Where IPv6 is broken, the second try is by IPv4; no address is tried twice."""
    found = [ip_address(text) for text in ("2606::1", "2606::2", "2606::1", "93.184.215.14")]
    assert in_turns(found) == ("2606::1", "93.184.215.14", "2606::2")


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
    addresses = await resolve(httpx.URL("http://localhost:8/"), OURS, threads)
    assert addresses
    assert set(addresses) <= {"127.0.0.1", "::1"}


async def test_a_silent_name_server_holds_up_nothing_else(threads: Executor) -> None:
    """Names that strangers gave us are looked up in threads of their own; all others are free."""
    answers = threading.Event()
    threads.submit(answers.wait)
    looking = asyncio.create_task(resolve(httpx.URL("http://localhost:8/"), OURS, threads))
    assert await asyncio.to_thread(lambda: "free") == "free"
    assert not looking.done()
    answers.set()
    assert set(await looking) <= {"127.0.0.1", "::1"}
