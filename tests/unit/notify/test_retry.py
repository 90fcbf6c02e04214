"""When a supplier is tried again, and when a person must act."""

from datetime import timedelta

import pytest

from services.notify.client.outside import outcome_of
from services.notify.domain.retry import Outcome
from services.notify.settings import NotifySettings

SCHEDULE = NotifySettings().schedule()
MIDDLE = 0.5  # the chance that leaves a delay as it is


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "taken"),
        (204, "taken"),
        (301, "refused"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (408, "again"),
        (410, "never"),
        (425, "again"),
        (429, "again"),
        (500, "again"),
        (503, "again"),
    ],
)
def test_each_status_says_whether_another_try_can_help(status: int, kind: str) -> None:
    """Only 2xx is success; 410 is final; what heals by itself is tried longest."""
    assert outcome_of(status).kind == kind


def test_tries_follow_the_published_schedule() -> None:
    """Eight tries in about 27 hours, and then nothing."""
    waits = [SCHEDULE.after(Outcome("again"), attempt, MIDDLE) for attempt in range(1, 9)]
    hours = [wait.total_seconds() / 3600 if wait else None for wait in waits]
    assert hours == pytest.approx([5 / 3600, 1 / 12, 0.5, 2, 5, 10, 10, None])


def test_a_refusal_is_tried_a_few_times_only() -> None:
    """Somebody may be in the middle of a repair; after three tries it takes a person here."""
    waits = [SCHEDULE.after(Outcome("refused"), attempt, MIDDLE) for attempt in range(1, 4)]
    assert waits == [timedelta(seconds=5), timedelta(minutes=5), None]


def test_nothing_to_wait_for_ends_at_once() -> None:
    """An unknown supplier or 410 Gone is not tried again."""
    assert SCHEDULE.after(Outcome("never"), 1, MIDDLE) is None


@pytest.mark.parametrize(("chance", "minutes"), [(0, 4), (0.5, 5), (1, 6)])
def test_delays_vary_by_a_fifth(chance: float, minutes: int) -> None:
    """Many forwards that failed together do not come back together."""
    wait = SCHEDULE.after(Outcome("again"), 2, chance)
    assert wait
    assert wait.total_seconds() == pytest.approx(minutes * 60)


def test_our_own_trouble_uses_up_no_try() -> None:
    """A try that our own server spoiled is made again soon, however many there were."""
    assert SCHEDULE.after(Outcome("ours"), 99, MIDDLE) == timedelta(seconds=5)
