"""One HTTP connection: uvicorn's own, with bounds on heads, on silence, and on readers that stand still."""

import asyncio
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.serving.addresses import counted_as
from shared.serving.proxied import RETRY_AFTER_S, no_websocket
from shared.serving.settings import HttpSettings
from shared.shares import NoShareError, Share, Slots


class Bounds:
    """What the connections of one server share: their limits, and the slots they take."""

    def __init__(self, limits: HttpSettings, trusted: Any) -> None:
        """Count connections, except those of the `trusted` proxies, whose requests are counted instead."""
        self.limits = limits
        self._trusted = trusted
        self._slots = Slots(limits.connections)

    def slot(self, host: str) -> Any:
        """Return a context in which a connection from `host` counts.

        Raises:
            NoShareError: on entering, if there are too many.
        """
        shares = () if host in self._trusted else (Share(counted_as(host), self.limits.connections_each),)
        return self._slots.at_once(*shares)


class BoundedProtocol(HttpToolsProtocol):
    """Refuses connections that are too many, heads that are too large or late, and lets go who does not read."""

    def __init__(self, *args: Any, bounds: Bounds, **more: Any) -> None:
        """Serve one connection within `bounds`; everything else is as uvicorn wants it."""
        super().__init__(*args, **more)
        self._bounds = bounds
        self._limits = bounds.limits
        self._slot = ExitStack()
        self._in_head = True
        self._pending = 0  # bytes since the last head or piece of a body: unfinished heads, trailers
        self._unsent = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Take a slot, or refuse the connection at once."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # whatever waits to be sent is watched
        try:
            self._slot.enter_context(self._bounds.slot(self.client[0] if self.client else ""))
        except NoShareError as full:
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS if full.own else HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the slot back."""
        super().connection_lost(exc)
        self._stop_head_timer()
        self._stop_stall_timer()
        self._slot.close()

    def data_received(self, data: bytes) -> None:
        """Parse what came, never more of a head than it may have."""
        most = self._limits.head_bytes
        while data and not self.transport.is_closing():
            room = most + 1 - self._pending
            part, data = data[:room], data[room:]
            self._pending += len(part)
            super().data_received(part)
            if self._pending > most:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._expect_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one field of a head, or of a body's end."""
        if len(self.headers) >= self._limits.head_fields:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise ValueError("too many fields")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request."""
        self._in_head, self._pending = False, 0
        if self._get_upgrade() == b"websocket":
            self.app = no_websocket
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next head."""
        self._in_head, self._pending = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request; what is left of the body of this one must come soon, too."""
        super().on_response_complete()
        if not self._in_head:
            self._expect_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, unless it was refused already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: `no_websocket` answers, and other upgrades are served as if they had not been asked for."""

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection; one that has not even read its last answer is not waited for."""
        self._end()

    def pause_writing(self) -> None:
        """Watch a client that does not read."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._stall_timer = self.loop.call_later(self._limits.stalled_s, self._look_at_reader)

    def resume_writing(self) -> None:
        """Stop watching: all that waited is sent."""
        super().resume_writing()
        self._stop_stall_timer()

    def _look_at_reader(self) -> None:
        read = self._unsent - self.transport.get_write_buffer_size()
        if read < self._limits.least_rate * self._limits.stalled_s:
            self.transport.abort()
            return
        self._unsent -= read
        self._stall_timer = self.loop.call_later(self._limits.stalled_s, self._look_at_reader)

    def _expect_head(self) -> None:
        """Give a client the time for a head, unless a request of it is being answered."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_head_timer()
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self._limits.head_s, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._in_head and self._pending:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        self._end()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without a request, and close."""
        if self.transport.is_closing():
            return
        lines = [f"HTTP/1.1 {status} {status.phrase}", "content-length: 0", "connection: close"]
        if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            lines.append(f"retry-after: {RETRY_AFTER_S}")
        self.transport.write("\r\n".join([*lines, "", ""]).encode())
        self.transport.close()

    def _end(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        self.transport.close()

    def _stop_head_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_stall_timer(self) -> None:
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None
