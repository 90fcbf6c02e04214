"""Settings that could not be kept as a promise are refused at start, with what to do."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from services.callback.domain.hours import Window
from services.callback.settings import CallbackSettings

ALL_SAINTS = datetime(2027, 11, 1, tzinfo=UTC)


def test_public_holidays_are_those_of_the_state() -> None:
    """All Saints' Day is free in North Rhine-Westphalia and not in Berlin."""
    wish = Window(ALL_SAINTS.replace(hour=9), ALL_SAINTS.replace(hour=10))
    here, there = (CallbackSettings(federal_state=state).terms().hours for state in ("NW", "BE"))
    assert here.promise(wish, ALL_SAINTS).start.date() == date(2027, 11, 2)
    assert there.promise(wish, ALL_SAINTS) == wish


def test_closed_days_are_free() -> None:
    """A job centre names its own days without calls, such as Christmas Eve."""
    eve = datetime(2026, 12, 24, 9, tzinfo=UTC)
    hours = CallbackSettings(closed_on=frozenset({eve.date()})).terms().hours
    assert hours.promise(Window(eve, eve.replace(hour=10)), eve).start.date() == date(2026, 12, 28)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator sets hours and teams without touching code."""
    monkeypatch.setenv("AMTSBOTE_CALLBACK_WEEK", '{"0": [["09:00", "12:00"]]}')
    monkeypatch.setenv("AMTSBOTE_CALLBACK_TEAMS", '{"other": "hotline"}')
    terms = CallbackSettings().terms()
    opening = next(terms.hours.openings(datetime(2026, 3, 24, tzinfo=UTC)))
    assert opening.start == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert terms.teams == {"other": "hotline"}


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"week": {}}, "at least one weekday"),
        ({"week": {0: ()}}, "at least one weekday"),
        ({"week": {0: (("16:00", "08:00"),)}}, "too short"),
        ({"week": {0: (("08:00", "08:10"),)}}, "too short"),
        ({"week": {0: (("08:00", "12:00"), ("11:00", "16:00"))}}, "must not overlap"),
        ({"week": {7: (("08:00", "12:00"),)}}, "less than or equal to 6"),
        ({"teams": {"work": "placement"}}, "other"),
        ({"federal_state": "XX"}, "there are"),
    ],
)
def test_settings_without_a_possible_promise_are_refused(settings: dict[str, object], remedy: str) -> None:
    """The error says what to change."""
    with pytest.raises(ValidationError, match=remedy):
        CallbackSettings.model_validate(settings)
