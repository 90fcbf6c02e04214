"""A promise ends kept, or with a person who was asked for help: never unnoticed."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from services.callback.domain.callback import Callback
from services.callback.domain.hours import Hours
from services.callback.domain.terms import Terms
from shared.events.callback import CallbackDone, CallbackMissed, CallbackOverdue
from shared.events.event import Fact
from shared.events.gateway import CallbackRequested, CallReported
from shared.ids import new_id

NOON = datetime(2026, 3, 23, 11, tzinfo=UTC)
HOURS = Hours({day: ((time(8), time(16)),) for day in range(5)}, frozenset())
TERMS = Terms({"power_cut": "power_cut", "other": "service"}, HOURS, attempts=3)


def wish(**changed: object) -> CallbackRequested:
    """Return a wish to be called today from one to two in the afternoon."""
    fields: dict[str, object] = {
        "callback_id": new_id(),
        "citizen_id": new_id(),
        "topic": "power_cut",
        "language": "tr",
        "window_start": NOON + timedelta(hours=1),
        "window_end": NOON + timedelta(hours=2),
        "requested_at": NOON,
    }
    return CallbackRequested.model_validate(fields | changed)


def promised() -> Callback:
    """Return a callback as it is after its request."""
    return TERMS.promise(wish(), NOON)


def report(
    callback: Callback, outcome: Literal["reached", "no_answer"] = "no_answer", *, after: int = 70, call_id: str = ""
) -> CallReported:
    """Return the report of a call, so many minutes after noon."""
    return CallReported(
        callback_id=callback.callback_id,
        call_id=call_id or new_id(),
        tool_id="desk",
        outcome=outcome,
        called_at=NOON + timedelta(minutes=after),
    )


def after(callback: Callback, *reports: CallReported) -> tuple[Callback, list[Fact]]:
    """Return the callback after some reports, and everything that was announced."""
    facts: list[Fact] = []
    for one in reports:
        change = callback.called(one, hours=HOURS)
        callback, facts = change.callback, [*facts, *change.facts]
    return callback, facts


def test_promise_says_who_calls_and_when() -> None:
    """The team of the topic calls, in the citizen's language, within the window that was chosen."""
    callback = promised()
    fact = callback.promise()
    assert (fact.team, fact.topic, fact.language) == ("power_cut", "power_cut", "tr")
    assert (fact.window_start, fact.window_end) == (NOON + timedelta(hours=1), NOON + timedelta(hours=2))
    assert callback.due_at == fact.window_end


def test_topic_without_a_team_of_its_own_goes_to_the_team_for_others() -> None:
    """No topic is left without somebody who calls."""
    assert TERMS.promise(wish(topic="work"), NOON).team == "service"


def test_reached_ends_the_promise() -> None:
    """A citizen who was reached has been called back."""
    callback, facts = after(promised(), report(promised(), "reached"))
    assert callback.state == "done"
    assert callback.due_at is None
    assert [type(fact) for fact in facts] == [CallbackDone]


def test_three_misses_ask_a_person_for_help() -> None:
    """Each miss is told with its number; after the third a person must see to it."""
    callback = promised()
    callback, facts = after(callback, *(report(callback, after=70 + n) for n in range(3)))
    misses = [(fact.attempt, fact.of) for fact in facts if isinstance(fact, CallbackMissed)]
    assert misses == [(1, 3), (2, 3), (3, 3)]
    assert isinstance(facts[-1], CallbackOverdue)
    assert facts[-1].reason == "attempts_used"
    assert callback.state == "overdue"


def test_after_a_miss_the_next_call_is_due_on_the_next_service_day() -> None:
    """A missed callback cannot be forgotten: without another call it becomes overdue."""
    callback = promised()
    callback, _ = after(callback, report(callback))
    assert callback.state == "missed"
    assert callback.due_at == datetime(2026, 3, 24, 15, tzinfo=UTC)
    lapsed = callback.lapsed(datetime(2026, 3, 24, 15, 1, tzinfo=UTC))
    assert [getattr(fact, "reason", None) for fact in lapsed.facts] == ["window_passed"]


def test_the_same_call_counts_once() -> None:
    """A report that comes twice, even as another event, is one call."""
    callback = promised()
    same = report(callback)
    callback, facts = after(callback, same, same)
    assert len(facts) == 1
    assert len(callback.calls) == 1


def test_a_done_callback_stays_done() -> None:
    """A call reported after the citizen was reached changes nothing, not even the version."""
    callback, _ = after(promised(), report(promised(), "reached"))
    assert callback.called(report(callback, "no_answer"), hours=HOURS).callback is callback
    assert callback.called(report(callback, "reached"), hours=HOURS).facts == ()


def test_window_that_passed_without_a_call_is_told_once() -> None:
    """The window's last moment is still in time; a moment later a person is asked, and only once."""
    callback = promised()
    end = callback.window.end
    assert callback.lapsed(end).facts == ()
    overdue = callback.lapsed(end + timedelta(milliseconds=1))
    assert [getattr(fact, "reason", None) for fact in overdue.facts] == ["window_passed"]
    assert overdue.callback.lapsed(end + timedelta(days=9)).facts == ()


def test_person_who_calls_an_overdue_citizen_ends_it() -> None:
    """An overdue callback is done when the citizen is reached after all, and is not overdue a second time."""
    overdue = promised().lapsed(NOON + timedelta(hours=3)).callback
    still, misses = after(overdue, *(report(overdue, after=200 + n) for n in range(4)))
    assert [type(fact) for fact in misses] == [CallbackMissed] * 3
    done, facts = after(still, report(still, "reached", after=300))
    assert done.state == "done"
    assert [type(fact) for fact in facts] == [CallbackDone]


steps = st.lists(st.sampled_from(["reached", "no_answer", "again", "lapse"]), max_size=12)


@given(steps=steps)
def test_any_history_is_announced_consistently(steps: list[Literal["reached", "no_answer", "again", "lapse"]]) -> None:
    """Whatever happens in whatever order: done at most once, overdue at most once, misses counted without gaps."""
    callback, facts, minutes, seen = promised(), list[Fact](), 70, ""
    for step in steps:
        minutes += 60
        if step == "lapse":
            change = callback.lapsed(NOON + timedelta(minutes=minutes))
        else:
            outcome = "no_answer" if step == "again" else step
            one = report(callback, outcome, after=minutes, call_id=seen if step == "again" else "")
            seen, change = one.call_id, callback.called(one, hours=HOURS)
        assert not change.facts or change.callback.version == callback.version + 1
        callback, facts = change.callback, [*facts, *change.facts]
    kinds = [type(fact) for fact in facts]
    assert kinds.count(CallbackDone) == (callback.state == "done")
    assert kinds.count(CallbackOverdue) <= 1
    attempts = [fact.attempt for fact in facts if isinstance(fact, CallbackMissed)]
    assert attempts == list(range(1, len(attempts) + 1))
    assert len(attempts) <= TERMS.attempts
    assert (callback.due_at is None) == (callback.state in {"done", "overdue"})
