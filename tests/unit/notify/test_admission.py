"""One receiver that hangs holds up no other, and strangers hold up nobody who is known."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from services.notify.domain.line import STRANGERS, URGENT, USUAL, Rank
from services.notify.domain.retry import Outcome
from services.notify.handlers.admission import Admission
from services.notify.handlers.looking import Nothing
from shared.breaker import Breakers

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SILENCE, ANSWER = Outcome("again", "timeout"), Outcome("refused", "http_400")


class World:
    """An admission, its clock, and how often its bell rang."""

    def __init__(self) -> None:
        """Let four tries be under way, two at one receiver."""
        self.now, self.rung = NOON, 0
        breakers = Breakers(3, timedelta(seconds=10), timedelta(seconds=60))
        self.admission = Admission(at_once=4, each=2, breakers=breakers, bell=self._ring, clock=lambda: self.now)

    def _ring(self) -> None:
        self.rung += 1

    def try_(self, to: str, outcome: Outcome, rank: Rank = USUAL) -> bool:
        """Try once; return whether there was a place."""
        place = self.admission.take(to, rank)
        if place is None:
            return False
        with place:
            place.met(outcome)
        return True

    def hold(self, held: ExitStack, to: str | None, rank: Rank = USUAL) -> bool:
        """Begin a try that goes on; return whether there was a place."""
        place = self.admission.take(to, rank)
        if place is None:
            return False
        held.enter_context(place)
        return True


def test_one_receiver_gets_two_tries_at_once() -> None:
    """The third waits, another receiver's does not; when one ends the line hears of it."""
    world = World()
    with ExitStack() as held:
        assert [world.hold(held, "a") for _ in range(3)] == [True, True, False]
        assert world.admission.room().busy == ("a",)
        assert world.hold(held, "b")
    assert world.rung == 3
    assert world.admission.room().busy == ()


def test_what_presses_has_a_place_of_its_own() -> None:
    """With every usual place taken an urgent notice still goes at once."""
    world = World()
    with ExitStack() as held:
        assert [world.hold(held, to) for to in "abcde"] == [True] * 4 + [False]
        assert world.admission.room().ranks == (URGENT,)
        assert world.hold(held, "f", URGENT)


def test_strangers_hold_half_of_the_places() -> None:
    """The other half is left to those who are known."""
    world = World()
    with ExitStack() as held:
        assert [world.hold(held, to, STRANGERS) for to in "abc"] == [True, True, False]
        assert world.admission.room().ranks == (URGENT, USUAL)
        assert world.hold(held, "c")


def test_a_silent_receiver_is_left_alone_and_tried_once_later() -> None:
    """After three tries without an answer it has no place until its time is over, then one."""
    world = World()
    assert all(world.try_("a", SILENCE) for _ in range(3))
    assert not world.try_("a", SILENCE)
    assert world.admission.shut() == ["a"]
    assert world.admission.nothing(None) == Nothing(10)
    assert world.admission.nothing(NOON + timedelta(seconds=4)) == Nothing(4)
    world.now += timedelta(seconds=10)
    with ExitStack() as held:
        assert [world.hold(held, "a") for _ in range(2)] == [True, False]
    assert world.try_("a", ANSWER)
    assert world.admission.shut() == []


def test_an_answer_that_refuses_is_an_answer() -> None:
    """A server that says no is not left alone."""
    world = World()
    assert all(world.try_("a", ANSWER) for _ in range(9))


def test_our_own_failure_says_nothing_about_a_receiver() -> None:
    """A broker of ours that is away neither shuts a supplier nor opens one that is shut."""
    world, ours = World(), Outcome("ours", "broker_unavailable")
    assert all(world.try_("a", outcome) for outcome in (SILENCE, SILENCE, ours, SILENCE))
    assert not world.try_("a", ours)


def test_who_is_not_known_yet_counts_towards_all_together() -> None:
    """A notice whose address was not looked up has a place and no receiver."""
    world = World()
    with ExitStack() as held:
        assert [world.hold(held, None) for _ in range(5)] == [True] * 4 + [False]
        assert world.admission.room().busy == ()
    assert world.admission.nothing(None) == Nothing(None)
