"""When a citizen may be told something: soon if it presses, else not at night, and several things as one message."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared.clock import BERLIN
from shared.events.gateway import NoticeTopic

# What a citizen asks for themselves, looking at the screen.
OWN: frozenset[NoticeTopic] = frozenset({"confirm", "test"})
# What is said when several things are to be told at once: the later one outweighs.
_RANK: tuple[NoticeTopic, ...] = ("news", "asked", "urgent", "test", "confirm")


@dataclass(frozen=True, slots=True)
class Quiet:
    """One job centre's own choice of patience.

    Attributes:
        gather: how long to wait for what belongs together.
        apart: the shortest time between two messages through one channel.
        night_from: the hour (Berlin) from which only what presses is told.
        night_until: the hour from which the rest is; the same hour means that there is no night.
    """

    gather: timedelta
    apart: timedelta
    night_from: int
    night_until: int

    def due(self, topic: NoticeTopic, now: datetime, told_at: datetime | None) -> datetime:
        """Return when to tell a topic; `told_at` is when the channel last told what pressed as much."""
        if topic in OWN:
            return now
        earliest = now + self.gather
        if told_at:
            earliest = max(earliest, told_at + self.apart)
        return self.awake(topic, earliest)

    def awake(self, topic: NoticeTopic, at: datetime) -> datetime:
        """Return `at`, or the end of the night it falls into if the topic does not press."""
        if topic == "urgent" or topic in OWN or not self._is_night(at):
            return at
        berlin = at.astimezone(BERLIN)
        day = berlin.date() if berlin.hour < self.night_until else berlin.date() + timedelta(days=1)
        return datetime.combine(day, time(self.night_until), BERLIN).astimezone(at.tzinfo)

    def _is_night(self, at: datetime) -> bool:
        hour, first, last = at.astimezone(BERLIN).hour, self.night_from, self.night_until
        return first <= hour < last if first <= last else hour >= first or hour < last


def weightier(one: NoticeTopic, other: NoticeTopic) -> NoticeTopic:
    """Return which of two topics a message that stands for both is about."""
    return max(one, other, key=_RANK.index)
