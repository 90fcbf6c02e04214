"""A breaker for each host: one that does not answer is left alone for a while, and then tried once, and so on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class _Host:
    failures: int = 0
    shut_for: timedelta = timedelta()
    shut_until: datetime | None = None
    is_tried: bool = False

    def is_shut(self, now: datetime) -> bool:
        return self.shut_until is not None and (self.is_tried or now < self.shut_until)


@dataclass(slots=True)
class Breakers:
    """Counts, for each host that fails, how often in a row; a host that works takes no room here.

    Attributes:
        failures: after so many in a row a host is shut.
        first: how long it is shut then.
        longest: how long at most; each trial that fails doubles the time up to this.
    """

    failures: int
    first: timedelta
    longest: timedelta
    _hosts: dict[str, _Host] = field(default_factory=dict)

    def shut(self, now: datetime) -> list[str]:
        """Return the hosts that may not be tried now: shut, or in the hands of the one who tries first."""
        return [name for name, host in self._hosts.items() if host.is_shut(now)]

    def next_trial(self, now: datetime) -> datetime | None:
        """Return when the next shut host may be tried again; nothing if none waits for that."""
        times = [host.shut_until for host in self._hosts.values() if host.shut_until and not host.is_tried]
        return min((time for time in times if time > now), default=None)

    def begun(self, name: str) -> None:
        """Note that a host is tried; one that was shut is shut to all others until this try ends."""
        host = self._hosts.get(name)
        if host and host.shut_until:
            host.is_tried = True

    def answered(self, name: str) -> None:
        """Note that a host gave an answer, whatever it was: it is there."""
        self._hosts.pop(name, None)

    def silent(self, name: str, now: datetime) -> bool:
        """Note that a host did not answer; return whether that shut it, after it was open."""
        host = self._hosts.setdefault(name, _Host())
        host.failures += 1
        if host.is_tried:
            host.shut_for = min(2 * host.shut_for, self.longest)
        elif host.shut_until is None and host.failures >= self.failures:
            host.shut_for = self.first
        else:  # fewer than it takes, or a try that began before the host was shut
            return False
        was_open, host.shut_until, host.is_tried = host.shut_until is None, now + host.shut_for, False
        return was_open

    def left(self, name: str) -> None:
        """Note that a try ended without a word about the host: the next one may try it."""
        if host := self._hosts.get(name):
            host.is_tried = False
