"""Free ports of this machine's loopback address, outside the range the kernel hands out by itself."""

import os
import secrets
import socket
from collections.abc import Container

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_768)  # Linux hands out 32768 and above to outgoing connections
SHARE = "AMTSBOTE_LOCAL_PORTS"  # such as 20000-23999: stacks with shares of their own never take each other's ports


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def own_share() -> range | None:
    """Return the ports that are ours alone, if the environment says so."""
    first, _, last = os.environ.get(SHARE, "").partition("-")
    return range(int(first), int(last) + 1) if first and last else None


def free_port(taken: Container[int] = ()) -> int:
    """Return a free port that is not in `taken`; random, so that two stacks rarely choose the same.

    A server that is down for a moment cannot keep its port: who must be sure gives each stack its `SHARE`.
    """
    share = own_share() or RANGE
    while True:
        port = secrets.choice(share)
        if port not in taken and is_free(port):
            return port
