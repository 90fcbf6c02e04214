"""A broker that lies: it confirms some messages and loses them, as a client of rabbitmq-server#17504 sees it."""

from random import Random

LOST = 0.01  # of what is published
EXCHANGE = b"amtsbote"
NOWHERE = b"amtsb0te"  # as long as the true one, so that no length in a frame changes
QUEUE = "storm.lost"
_PUBLISH = b"\x00\x3c\x00\x28"  # class 60 (basic), method 40 (publish)
_METHOD, _HEADER = 1, 7  # a frame's type, and the bytes before its payload
_PROTOCOL = b"AMQP\x00\x00\x09\x01"


class Liar:
    """Reads one client's frames, and sends some of what it publishes to an exchange where nobody listens.

    That exchange routes to a queue that keeps one message at most, so the broker takes and confirms it; what the client
    and the broker count (delivery tags) stays the same.
    """

    def __init__(self, chance: Random, share: float = LOST) -> None:
        """Lose this share of the messages published to our exchange."""
        self._chance = chance
        self._share = share
        self._rest = b""
        self.lost = 0

    def repent(self) -> None:
        """Lose nothing any more."""
        self._share = 0

    def __call__(self, data: bytes) -> bytes:
        """Return what goes on to the broker: whole frames; the rest of the last one waits for its end."""
        self._rest += data
        passed = b""
        if self._rest.startswith(_PROTOCOL):
            passed, self._rest = _PROTOCOL, self._rest[len(_PROTOCOL) :]
        while len(self._rest) >= _HEADER:
            length = _HEADER + int.from_bytes(self._rest[3:7], "big") + 1
            if len(self._rest) < length:
                break
            passed += self._altered(self._rest[:length])
            self._rest = self._rest[length:]
        return passed

    def _altered(self, frame: bytes) -> bytes:
        """Return a publishing to our exchange under the other name, now and then."""
        start = _HEADER + len(_PUBLISH) + 2  # two reserved bytes, then the exchange as a short string
        named = bytes([len(EXCHANGE)]) + EXCHANGE
        is_ours = frame[0] == _METHOD and frame[_HEADER:].startswith(_PUBLISH) and frame[start:].startswith(named)
        if not is_ours or self._chance.random() >= self._share:
            return frame
        self.lost += 1
        return frame[: start + 1] + NOWHERE + frame[start + 1 + len(EXCHANGE) :]
