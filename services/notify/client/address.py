"""Which addresses a webhook may reach: public ones by https; ours only if the operator allowed them.

The host's addresses are looked up here, all of them are judged, and the request then goes to the judged address
itself, so that a name cannot point to another machine a moment later.
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IPv6 that leads to an IPv4 address inside it, private ones included: NAT64 (RFC 6052, 8215), 6to4, Teredo.
_TUNNELS = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class AddressRefusedError(Exception):
    """A webhook's URL leads where no webhook may go."""


async def resolve(url: httpx.URL, allowed: Sequence[Network], threads: Executor) -> str:
    """Return the address to connect to for `url`; its name is looked up in one of `threads`.

    Raises:
        AddressRefusedError: not https, or one of the host's addresses is neither public nor in `allowed`.
        OSError: the host's name is not known.
    """
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise AddressRefusedError
    look_up = partial(socket.getaddrinfo, url.host, url.port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(threads, look_up)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(permitted(address, url.scheme, allowed) for address in addresses):
        raise AddressRefusedError
    return str(addresses[0])


def permitted(address: Address, scheme: str, allowed: Sequence[Network]) -> bool:
    """Tell whether a webhook may go to this address; plain http only to loopback, and only if that is allowed."""
    plain = getattr(address, "ipv4_mapped", None) or address
    ours = any(plain in network for network in allowed)
    if scheme != "https":
        return ours and plain.is_loopback
    tunnelled = any(plain in network for network in _TUNNELS)
    return ours or (plain.is_global and not plain.is_multicast and not tunnelled)
