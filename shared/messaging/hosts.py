"""Several hosts in one address of the broker, tried in turn: a client on a node that died goes on at the next."""

from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from typing import Any

from aiormq.connection import TCPTransportFactory, TLSTransportFactory, TransportFactory
from yarl import URL

from shared.deadlines import within

CONNECT_S = 2.0  # a host that is off answers nothing


class Turns(TransportFactory):
    """Opens a connection to the next host that takes one; the driver asks anew whenever it has lost it."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Begin with the first of `urls`."""
        self._hosts = [(URL(url).host, URL(url).port) for url in urls]
        self._plain, self._secure = TCPTransportFactory(), TLSTransportFactory()
        self._next = 0

    async def create(self, url: URL, **options: Any) -> tuple[StreamReader, StreamWriter]:
        """Return streams to one of the hosts; raises what the last one raised if none takes a connection."""
        opener = self._secure if url.scheme == "amqps" else self._plain
        for left in reversed(range(len(self._hosts))):
            host, port = self._hosts[self._next % len(self._hosts)]
            self._next += 1
            there = url.with_host(host or "").with_port(port)
            try:
                return await within(CONNECT_S, opener.create(there, **options))
            except OSError:
                if not left:
                    raise
        raise ConnectionError("no host")
