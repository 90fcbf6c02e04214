"""What is to be told through one channel: asked for, gathered, tried, told or given up."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.notify.domain.forward import Origin
from services.notify.domain.line import STRANGERS, URGENT, USUAL, Rank
from services.notify.domain.quiet import OWN, Quiet, weightier
from services.notify.domain.retry import Outcome, Schedule
from shared.events.gateway import NoticeAsked, NoticeTopic
from shared.events.notify import NoticeFailed, NoticeSent

Lane = Literal["own", "news"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One lane of a channel; `due_at` is set while something is to be told, and is the lease of whoever tries it.

    What a citizen asked for themselves (a code, a test) has a lane of its own, so that news is not lost to it.

    Attributes:
        host: who takes it, `mail` or a push service; not known before its card was read.
        newcomer: whether it is for somebody whom nobody knows yet.
    """

    row_id: str
    channel_id: str
    card_key: str
    topic: NoticeTopic
    notice_id: str
    origin: Origin
    asked_at: datetime
    due_at: datetime | None
    attempt: int = 0
    told_at: datetime | None = None
    pressed_at: datetime | None = None
    reason: str | None = None
    host: str | None = None
    newcomer: bool = False
    version: int = 0

    @property
    def to(self) -> str | None:
        """Who must answer; newcomers have a line of their own there, so that their addresses hold up nobody else."""
        return f"{self.host} newcomers" if self.host is not None and self.newcomer else self.host

    @property
    def rank(self) -> Rank:
        """Which line it waits in: newcomers behind all others."""
        if self.newcomer:
            return STRANGERS
        return URGENT if self.topic == "urgent" else USUAL

    def sent(self, at: datetime) -> "tuple[Notice, NoticeSent]":
        """Note that the channel took it."""
        pressed_at = at if self.topic == "urgent" else self.pressed_at
        told = replace(self, due_at=None, attempt=0, told_at=at, pressed_at=pressed_at, reason=None)
        return told, NoticeSent(channel_id=self.channel_id, topic=self.topic, sent_at=at)

    def failed(self, outcome: Outcome, at: datetime) -> "tuple[Notice, NoticeFailed]":
        """Give up; `never` means that nobody is at the address."""
        ended = replace(self, due_at=None, attempt=0, reason=outcome.reason)
        gone = outcome.kind == "never"
        fact = NoticeFailed(
            channel_id=self.channel_id, topic=self.topic, reason=outcome.reason, gone=gone, failed_at=at
        )
        return ended, fact

    def postponed(self, until: datetime, reason: str | None = None, *, counts: bool = True) -> "Notice":
        """Note when the next try is due; one that was not made, or failed by our own fault, may not count."""
        return replace(self, due_at=until, reason=reason, attempt=self.attempt - (0 if counts else 1))


def lane_of(topic: NoticeTopic) -> Lane:
    """Return the lane of a channel that a topic goes through."""
    return "own" if topic in OWN else "news"


def asked(  # noqa: PLR0917 - what is known, and what is new
    before: Notice | None, fact: NoticeAsked, quiet: Quiet, now: datetime, notice_id: str, origin: Origin
) -> Notice:
    """Return what is to be told now that one thing more is; what still waits in the lane and it become one message."""
    return replace(_asked(before, fact, quiet, now, notice_id, origin), newcomer=fact.newcomer)


def _asked(  # noqa: PLR0917 - as above
    before: Notice | None, fact: NoticeAsked, quiet: Quiet, now: datetime, notice_id: str, origin: Origin
) -> Notice:
    row_id = f"{fact.channel_id}.{lane_of(fact.topic)}"
    if before is None:
        before = Notice(row_id, fact.channel_id, fact.card_key, fact.topic, notice_id, origin, now, None)
    told_at = before.pressed_at if fact.topic == "urgent" else before.told_at
    due_at = quiet.due(fact.topic, now, told_at)
    if before.due_at is None:
        new = replace(before, topic=fact.topic, notice_id=notice_id, origin=origin, asked_at=now)
        return replace(new, due_at=due_at, attempt=0, reason=None)
    topic = weightier(before.topic, fact.topic)
    if before.attempt:  # it is being tried now, or was in vain: a message of its own, that stands for both
        return replace(before, topic=topic, notice_id=notice_id, origin=origin, due_at=due_at, attempt=0)
    return replace(before, topic=topic, due_at=min(before.due_at, due_at))


def after(notice: Notice, outcome: Outcome, schedule: Schedule, now: datetime, chance: float) -> datetime | None:
    """Return when to try again after a try failed; nothing if a person must see to it.

    What is asked for meanwhile begins the tries anew, so time is what ends them at the latest.
    """
    patience = schedule.patience if outcome.kind == "ours" else 2 * schedule.patience
    if now - notice.asked_at > patience:
        return None
    delay = schedule.after(outcome, notice.attempt, chance)
    return now + delay if delay is not None else None
