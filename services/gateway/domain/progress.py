"""How states move: only forward, whatever order the events arrive in."""

from typing import Literal

PageState = Literal["uploaded", "checked"]
DocumentState = Literal["received", "failed", "filed"]
ForwardState = Literal["queued", "sent", "picked_up", "failed", "acknowledged"]
CallbackState = Literal["requested", "promised", "missed", "overdue", "done"]

# A page read after all makes a failed document filed; a supplier's late pick-up or answer outweighs our giving up.
DOCUMENT: tuple[DocumentState, ...] = ("received", "failed", "filed")
FORWARD: tuple[ForwardState, ...] = ("queued", "sent", "failed", "picked_up", "acknowledged")
CALLBACK: tuple[CallbackState, ...] = ("requested", "promised", "missed", "overdue", "done")


def before(order: tuple[str, ...], state: str) -> list[str]:
    """Return the states of `order` from which `state` is a step forward."""
    return list(order[: order.index(state)])
