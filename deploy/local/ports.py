"""Free ports of this machine's loopback address, outside the range the kernel hands out by itself."""

import secrets
import socket
from collections.abc import Container

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_768)  # Linux hands out 32768 and above to outgoing connections


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: Container[int] = ()) -> int:
    """Return a free port that is not in `taken`; random, so that two stacks rarely choose the same."""
    while True:
        port = secrets.choice(RANGE)
        if port not in taken and is_free(port):
            return port
