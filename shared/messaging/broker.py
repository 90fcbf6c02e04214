"""The broker's client: every default of it that loses or hangs has been replaced; reasons in docs/delivery.md."""

from functools import partial
from typing import Any

from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.rabbit import Channel, RabbitBroker

from shared.clock import Clock
from shared.messaging.correlation import Correlation
from shared.messaging.salvage import Salvage
from shared.messaging.topology import Ladder

# How long a stopping process waits for its handlers; those cut off are delivered again.
GRACE_S = 20.0


def connect(url: str, ladder: Ladder, clock: Clock) -> RabbitBroker:
    """Return a broker client for `url` whose failed messages wait on `ladder`; nothing is sent before its start."""
    broker = RabbitBroker(
        url + ("&" if "?" in url else "?") + "heartbeat=10",
        timeout=5,  # without, a network that falls silent during the handshake is waited for without end
        reconnect_interval=1,
        fail_fast=True,  # of the first connection only; `Service` tries again, and says so
        graceful_timeout=GRACE_S,
        logger=None,  # two lines a message; `Correlation` writes one
        default_channel=Channel(on_return_raises=True),
        ack_policy=AckPolicy.REJECT_ON_ERROR,  # what fails before `Salvage` sees it is dead-lettered by the broker
        apply_types=False,  # `Reader` validates, once, and where `Salvage` sees it fail
        decoder=_undecoded,
        middlewares=[Correlation],
    )
    broker.add_middleware(partial(Salvage, broker=broker, ladder=ladder, clock=clock))
    return broker


async def _undecoded(msg: StreamMessage[Any]) -> Any:
    return msg.body
