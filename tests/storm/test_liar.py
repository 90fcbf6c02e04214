"""The network that loses messages and confirms them changes nothing but where some of them go."""

from random import Random

import pytest

from tests.storm.liar import EXCHANGE, NOWHERE, Liar

OPENING = b"AMQP\x00\x00\x09\x01"


def frame(kind: int, payload: bytes) -> bytes:
    """Return an AMQP frame on channel 1."""
    return bytes([kind, 0, 1]) + len(payload).to_bytes(4, "big") + payload + b"\xce"


def publishing(exchange: bytes) -> bytes:
    """Return the frames of one published message of a page: its method, its header, its body."""
    names = bytes([len(exchange)]) + exchange + b"\x10page.uploaded.v1"
    return (
        frame(1, b"\x00\x3c\x00\x28\x00\x00" + names + b"\x01") + frame(2, b"\x00\x3c" + b"\x00" * 12) + frame(3, b"{}")
    )


@pytest.mark.parametrize("piece", [1, 7, 64, 100_000])
def test_whole_messages_go_astray_in_whatever_pieces_they_come(piece: int) -> None:
    """With every message lost, each names the other exchange, and not a byte more or less is sent."""
    sent = OPENING + publishing(EXCHANGE) * 3 + publishing(b"amtsbote.desk")
    liar = Liar(Random(1), share=1)
    passed = b"".join(liar(sent[i : i + piece]) for i in range(0, len(sent), piece))
    assert passed == OPENING + publishing(NOWHERE) * 3 + publishing(b"amtsbote.desk")
    assert liar.lost == 3


def test_an_honest_share_changes_nothing() -> None:
    """With nothing to lose all bytes pass as they came."""
    sent = OPENING + publishing(EXCHANGE)
    liar = Liar(Random(1), share=0)
    assert (liar(sent), liar.lost) == (sent, 0)
