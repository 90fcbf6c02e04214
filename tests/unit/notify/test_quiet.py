"""When citizens are told: soon if it presses, several things at once, and not at night."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notify.domain.forward import Origin
from services.notify.domain.notice import Notice, after, asked
from services.notify.domain.quiet import Quiet
from services.notify.domain.retry import Outcome, Schedule
from shared.cards import key_of
from shared.clock import BERLIN
from shared.events.gateway import NoticeAsked, NoticeTopic
from shared.ids import new_id

QUIET = Quiet(gather=timedelta(minutes=1), apart=timedelta(minutes=30), night_from=22, night_until=7)
SCHEDULE = Schedule((timedelta(), timedelta(minutes=5), timedelta(hours=1)), refused_tries=2, jitter=0)
CHANNEL = new_id()
DAY, NIGHT = datetime(2026, 3, 2, 12, tzinfo=BERLIN), datetime(2026, 3, 2, 23, 30, tzinfo=BERLIN)
MORNING = datetime(2026, 3, 3, 7, tzinfo=BERLIN)
LATER = timedelta(minutes=10)


def ask(before: Notice | None, topic: NoticeTopic, now: datetime) -> Notice:
    """Return what is to be told after one thing more happened."""
    fact = NoticeAsked(channel_id=CHANNEL, topic=topic, card_key=key_of(CHANNEL), asked_at=now)
    return asked(before, fact, QUIET, now, new_id(), Origin("default", new_id(), new_id()))


def tried(notice: Notice) -> Notice:
    """Return a notice as it is while somebody tries it."""
    return Notice(**{**{name: getattr(notice, name) for name in Notice.__dataclass_fields__}, "attempt": 1})


@pytest.mark.parametrize(
    ("topic", "now", "due"),
    [
        ("news", DAY, DAY + timedelta(minutes=1)),
        ("news", NIGHT, MORNING),
        ("asked", NIGHT + timedelta(hours=4), MORNING),
        ("news", DAY.replace(hour=21, minute=59, second=30), MORNING.replace(day=3)),
        ("news", MORNING, MORNING + timedelta(minutes=1)),
        ("urgent", NIGHT, NIGHT + timedelta(minutes=1)),
        ("test", NIGHT, NIGHT),
        ("confirm", NIGHT, NIGHT),
    ],
)
def test_only_what_presses_is_told_at_night(topic: NoticeTopic, now: datetime, due: datetime) -> None:
    """What does not press waits until seven; a power cut and what the citizen asks for themselves do not."""
    assert ask(None, topic, now.astimezone(UTC)).due_at == due


def test_the_clocks_change_in_a_night() -> None:
    """Seven is seven in Berlin, on the morning after the clocks went forward, too."""
    saturday = datetime(2026, 3, 28, 23, tzinfo=BERLIN)
    assert ask(None, "news", saturday).due_at == datetime(2026, 3, 29, 5, tzinfo=UTC)


def test_several_things_are_one_message() -> None:
    """What happens while a message waits is told with it, at its time, in the words of what presses most."""
    first = ask(None, "news", DAY)
    both = ask(first, "asked", DAY + timedelta(seconds=30))
    assert (both.notice_id, both.due_at, both.topic) == (first.notice_id, first.due_at, "asked")
    assert ask(both, "news", DAY + timedelta(seconds=40)).topic == "asked"


def test_messages_keep_their_distance() -> None:
    """The next news waits half an hour; what presses waits only for what pressed as much."""
    told, _ = ask(None, "news", DAY).sent(DAY)
    assert ask(told, "news", DAY + LATER).due_at == DAY + timedelta(minutes=30)
    assert ask(told, "urgent", DAY + LATER).due_at == DAY + LATER + timedelta(minutes=1)
    pressed, _ = ask(told, "urgent", DAY + LATER).sent(DAY + LATER)
    assert ask(pressed, "urgent", DAY + LATER).due_at == DAY + LATER + timedelta(minutes=30)


def test_what_presses_takes_a_waiting_message_along() -> None:
    """News kept for the morning goes out with what is urgent at night, as one message."""
    waiting = ask(None, "news", NIGHT)
    assert ask(waiting, "urgent", NIGHT).due_at == NIGHT + timedelta(minutes=1)


def test_news_while_a_message_is_sent_is_a_message_of_its_own() -> None:
    """What happens after the words went out may not be lost with them."""
    sending = tried(ask(None, "news", DAY))
    later = ask(sending, "news", DAY + LATER)
    assert later.notice_id != sending.notice_id
    assert (later.attempt, later.due_at) == (0, DAY + LATER + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("outcome", "attempt", "wait"),
    [
        (Outcome("again", "timeout"), 1, timedelta(minutes=5)),
        (Outcome("again", "timeout"), 3, None),
        (Outcome("refused", "mailbox_refused"), 2, None),
        (Outcome("never", "http_410"), 1, None),
        (Outcome("ours", "server_unavailable"), 3, timedelta(minutes=5)),
    ],
)
def test_tries_end(outcome: Outcome, attempt: int, wait: timedelta | None) -> None:
    """A server that is away is tried for as long as the schedule lasts, an address that is gone only once."""
    notice = Notice(
        **{**{n: getattr(ask(None, "news", DAY), n) for n in Notice.__dataclass_fields__}, "attempt": attempt}
    )
    until = after(notice, outcome, SCHEDULE, DAY, chance=0.5)
    assert until == (DAY + wait if wait else None)


def test_news_that_keep_coming_do_not_put_off_the_end() -> None:
    """Each begins the tries anew; once nothing has arrived for twice as long as all tries take, that is told."""
    notice, now = ask(None, "news", DAY), DAY
    while after(tried(notice), Outcome("again", "timeout"), SCHEDULE, now, 0.5):
        now += timedelta(minutes=20)
        notice = ask(tried(notice), "news", now)
        assert now - DAY < 3 * SCHEDULE.patience
    assert now - DAY > SCHEDULE.patience


def test_a_database_away_for_days_ends_as_well() -> None:
    """Faults of our own use up no tries, but not for ever."""
    notice = ask(None, "news", DAY)
    assert after(notice, Outcome("ours", "server_unavailable"), SCHEDULE, DAY + timedelta(days=1), 0.5) is None


@pytest.mark.parametrize(("kind", "gone"), [("never", True), ("refused", False)])
def test_who_is_gone_is_told_apart_from_who_refuses(kind: str, *, gone: bool) -> None:
    """A subscription that no longer exists ends; a mailbox that refuses may be repaired."""
    _, fact = ask(None, "news", DAY).failed(Outcome("never" if kind == "never" else "refused", "why"), DAY)
    assert fact.gone is gone
