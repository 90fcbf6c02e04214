"""A callback: what was promised, the calls that were made, and when a person must see to it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.callback.domain.hours import Hours, Window
from shared.events.callback import CallbackDone, CallbackMissed, CallbackOverdue, CallbackPromised
from shared.events.event import Fact
from shared.events.gateway import CallbackTopic, CallReported, Language

State = Literal["promised", "missed", "done", "overdue"]
Outcome = Literal["reached", "no_answer"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a caseworker tool reported it."""

    call_id: str
    outcome: Outcome
    called_at: datetime


@dataclass(frozen=True, slots=True)
class Callback:
    """A citizen's wish to be called, what we promised, and how far we kept it."""

    callback_id: str
    citizen_id: str
    team: str
    topic: CallbackTopic
    language: Language
    window: Window
    attempts: int
    due_at: datetime | None
    state: State = "promised"
    calls: tuple[Call, ...] = ()
    version: int = 1

    def promise(self) -> CallbackPromised:
        """Return the promise as a fact."""
        return CallbackPromised(
            callback_id=self.callback_id,
            citizen_id=self.citizen_id,
            team=self.team,
            topic=self.topic,
            language=self.language,
            window_start=self.window.start,
            window_end=self.window.end,
        )

    def called(self, report: CallReported, *, hours: Hours) -> "Change":
        """Count a call; one reported before, or for a callback that is done, changes nothing.

        After a miss the next call is due by the end of the next service day; after the last one a person is asked.
        """
        if self.state == "done" or any(call.call_id == report.call_id for call in self.calls):
            return Change(self)
        calls = (*self.calls, Call(report.call_id, report.outcome, report.called_at))
        if report.outcome == "reached":
            done = CallbackDone(**self._whom(), reached_at=report.called_at)
            return self._change(done, calls=calls, state="done", due_at=None)
        return self._missed(calls, hours)

    def lapsed(self, now: datetime) -> "Change":
        """Ask a person for help if a call was due and none came."""
        if self.due_at is None or now <= self.due_at:
            return Change(self)
        overdue = CallbackOverdue(**self._whom(), reason="window_passed", overdue_at=now)
        return self._change(overdue, state="overdue", due_at=None)

    def _missed(self, calls: tuple[Call, ...], hours: Hours) -> "Change":
        attempt, at = len(calls), calls[-1].called_at
        if attempt > self.attempts:
            return self._change(calls=calls)
        missed = CallbackMissed(**self._whom(), attempt=attempt, of=self.attempts, called_at=at)
        if self.state == "overdue":
            return self._change(missed, calls=calls)
        if attempt == self.attempts:
            overdue = CallbackOverdue(**self._whom(), reason="attempts_used", overdue_at=at)
            return self._change(missed, overdue, calls=calls, state="overdue", due_at=None)
        due_at = max(self.window.end, hours.next_day_ends(at))
        return self._change(missed, calls=calls, state="missed", due_at=due_at)

    def _change(self, *facts: Fact, **fields: Any) -> "Change":
        return Change(replace(self, version=self.version + 1, **fields), facts)

    def _whom(self) -> dict[str, Any]:
        return {"callback_id": self.callback_id, "citizen_id": self.citizen_id, "team": self.team}


@dataclass(frozen=True, slots=True)
class Change:
    """A callback after something happened, and the facts to announce; the same version means nothing changed."""

    callback: Callback
    facts: tuple[Fact, ...] = ()
