"""The live feed's marks: no gap and no repeat, whatever order entries become visible in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.feed import SETTLING, Mark, Sent, parse_mark
from shared.ids import first_id_of

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _id(seconds: float) -> str:
    return first_id_of(START + timedelta(seconds=seconds))


class World:
    """Entries that become visible one by one, and a client that reads, breaks off and comes back."""

    def __init__(self) -> None:
        """Begin with a client that has just connected."""
        self.visible: list[str] = []
        self.received: list[str] = []
        self.sent = Sent.fresh(START, [])

    def read(self) -> None:
        """Send what is visible and was not sent."""
        for row_id in sorted(row_id for row_id in self.visible if row_id >= self.sent.mark.floor):
            if row_id not in self.sent.ids:
                self.sent.add(row_id)
                self.received.append(row_id)

    def reconnect(self) -> None:
        """Come back with the last mark, as text."""
        mark = parse_mark(self.sent.mark.text())
        assert mark
        self.sent = Sent.resumed(mark, [row_id for row_id in self.visible if row_id >= mark.floor])


MADE = st.integers(1, 10_000).map(lambda milliseconds: milliseconds / 1000)


@given(
    st.lists(MADE, unique=True, max_size=12),
    st.lists(st.sampled_from(["read", "reconnect"]), max_size=30),
    st.randoms(),
)
def test_every_entry_arrives_however_connections_break(made: list[float], steps: list[str], chance: object) -> None:
    """Entries made within `SETTLING` of each other, visible in any order, all reach the client."""
    world, waiting = World(), [_id(seconds) for seconds in made]
    chance.shuffle(waiting)  # type: ignore[attr-defined] # hypothesis' own random
    for step in steps:
        if waiting:
            world.visible.append(waiting.pop())
        getattr(world, step)()
    world.visible += waiting
    world.reconnect()
    world.read()
    assert set(world.received) == set(world.visible)


@given(st.lists(MADE, unique=True, max_size=12).map(sorted), st.lists(st.booleans(), max_size=12))
def test_nothing_comes_twice_when_entries_come_in_order(made: list[float], breaks: list[bool]) -> None:
    """If each entry becomes visible in the order of its id, reconnecting repeats none."""
    world = World()
    for seconds, breaks_off in zip(made, [*breaks, *[False] * 12], strict=False):
        world.visible.append(_id(seconds))
        world.read()
        if breaks_off:
            world.reconnect()
    assert world.received == world.visible


def test_fresh_connection_hears_only_what_is_new() -> None:
    """What was visible before connecting is the list's business; what becomes visible later is sent."""
    before, late, new = _id(-2), _id(-1), _id(1)
    world = World()
    world.sent, world.visible = Sent.fresh(START, [before]), [before, late, new]
    world.read()
    assert world.received == [late, new]


def test_old_ids_are_forgotten() -> None:
    """A connection that stays open for days remembers some seconds."""
    sent = Sent.fresh(START, [])
    for minute in range(1, 200):
        mark = sent.add(_id(60 * minute))
    assert len(sent.ids) == mark.count == 1
    assert mark.floor == _id(60 * 199 - SETTLING.total_seconds())


def test_foreign_marks_count_as_none() -> None:
    """Whatever a client sends as its last id, the feed works."""
    for text in (None, "", "nonsense", f"{_id(0)}", f"{_id(0)}.x", ".3"):
        assert parse_mark(text) is None
    for digit in ("0", "f"):
        assert parse_mark(f"{UUID(digit * 32)}.1") is None
    assert parse_mark(f"{_id(0)}.3") == Mark(str(UUID(_id(0))), 3)


@given(st.uuids(), st.integers())
def test_every_mark_that_counts_has_a_floor(row_id: UUID, count: int) -> None:
    """No id makes the feed fail after it has begun to answer."""
    mark = parse_mark(f"{row_id}.{count}")
    assert mark is None or mark.floor <= mark.id
