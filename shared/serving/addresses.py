"""Client addresses: what counts as one client."""

from ipaddress import IPv4Address, ip_address, ip_network

SUBNET = 64
"""An IPv6 client has a whole network of addresses; what counts is the network."""
UNKNOWN = "unknown"


def counted_as(host: str) -> str:
    """Return what counts as one client: an IPv4 address, or an IPv6 network; who has none shares one count."""
    try:
        ip = ip_address(host)
    except ValueError:
        return UNKNOWN
    plain = getattr(ip, "ipv4_mapped", None) or ip
    return str(plain if isinstance(plain, IPv4Address) else ip_network((plain, SUBNET), strict=False))
