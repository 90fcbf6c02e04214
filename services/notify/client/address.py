"""Which addresses a request of ours may reach: public ones by https; ours only if the operator allowed them.

The host's addresses are looked up here, all of them are judged, and the request then goes to the judged addresses
themselves, so that a name cannot point to another machine a moment later.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import chain, zip_longest
from typing import Any

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA's special-purpose registries (RFC 6890), written out: what Python calls global differs between its patches.
# What is special and yet reachable by everybody, such as AS112's networks, is left out here.
_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays from IPv4 to 6to4 (RFC 7526: given up)
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# The only part of IPv6 that is given out for the Internet (RFC 4291, 2.4). What else exists lies outside of it:
# loopback, link-local, unique local, site-local, multicast, SRv6's 5f00::/16, and what carries an IPv4 address:
# IPv4-compatible, IPv4-translated (::ffff:0:0:0/96), NAT64.
_INTERNET = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF's protocols, Teredo among them, which carries an IPv4 address
        "2001:db8::/32",  # documentation, as 3fff::/20
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",
    )
)
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class AddressRefusedError(Exception):
    """A URL leads where no request of ours may go."""


LookUp = Callable[..., Sequence[tuple[Any, ...]]]


async def resolve(
    url: httpx.URL, allowed: Sequence[Network], threads: Executor, look_up: LookUp = socket.getaddrinfo
) -> tuple[str, ...]:
    """Return the addresses to connect to for `url`, in the order to try; its name is looked up in one of `threads`.

    Raises:
        AddressRefusedError: not https, or one of the host's addresses is neither public nor in `allowed`.
        OSError: the host's name is not known.
    """
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise AddressRefusedError
    looking = partial(look_up, url.host, url.port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(threads, looking)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(permitted(address, url.scheme, allowed) for address in addresses):
        raise AddressRefusedError
    return in_turns(addresses)


def in_turns(addresses: Sequence[Address]) -> tuple[str, ...]:
    """Return addresses so that IPv4 and IPv6 take turns, the system's first choice first (RFC 8305, 4).

    Where one of the two is broken, the second try then reaches the other.
    """
    first = [address for address in addresses if address.version == addresses[0].version]
    other = [address for address in addresses if address.version != addresses[0].version]
    paired = chain.from_iterable(zip_longest(first, other))
    return tuple(dict.fromkeys(str(address) for address in paired if address))


def permitted(address: Address, scheme: str, allowed: Sequence[Network]) -> bool:
    """Tell whether a request may go to this address; plain http only to loopback, and only if that is allowed."""
    plain = getattr(address, "ipv4_mapped", None) or address
    ours = any(plain in network for network in allowed)
    if scheme != "https":
        return ours and plain.is_loopback
    return ours or is_public(plain)


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the Internet and to no special purpose; an IPv4 one inside IPv6 does not."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _INTERNET and not any(address in network for network in _SPECIAL_V6)
