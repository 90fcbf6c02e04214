"""Which team answers which topic, when calls are made, and how often."""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.callback.domain.germany import germany
from services.callback.domain.hours import SHORTEST, Hours
from services.callback.domain.terms import Terms
from shared.events.event import Code
from shared.events.gateway import CallbackTopic

Span = tuple[time, time]

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
_LONG_DAY: tuple[Span, ...] = ((time(8), time(16)),)
_SHORT_DAY: tuple[Span, ...] = ((time(8), time(12)),)


class CallbackSettings(BaseSettings):
    """What one job centre promises its callers, from `AMTSBOTE_CALLBACK_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_CALLBACK_", frozen=True)

    teams: Annotated[dict[CallbackTopic, Code], Field(description="which team calls back about which topic")] = {
        "work": "placement",
        "money": "benefits",
        "documents": "benefits",
        "apply": "intake",
        "power_cut": "power_cut",
        "other": "service",
    }
    week: Annotated[
        dict[Annotated[int, Field(ge=0, le=6)], tuple[Span, ...]],
        Field(description="wall time in Berlin per weekday, 0 is Monday"),
    ] = {MONDAY: _LONG_DAY, TUESDAY: _LONG_DAY, WEDNESDAY: _LONG_DAY, THURSDAY: _LONG_DAY, FRIDAY: _SHORT_DAY}
    federal_state: Annotated[str, Field(description="whose public holidays count: ISO 3166-2 code without DE-")] = "NW"
    closed_on: Annotated[frozenset[date], Field(description="further days without calls")] = frozenset()
    attempts: Annotated[int, Field(ge=1, le=10, description="missed calls until a person is alerted")] = 3
    check_every_s: Annotated[float, Field(gt=0, description="how often overdue calls are looked for")] = 10

    @field_validator("teams")
    @classmethod
    def _every_topic_has_a_team(cls, teams: dict[CallbackTopic, Code]) -> dict[CallbackTopic, Code]:
        if "other" not in teams:
            raise ValueError("name a team for the topic `other`: it answers every topic that has no team of its own")
        return teams

    @field_validator("week")
    @classmethod
    def _calls_are_made(cls, week: dict[int, tuple[Span, ...]]) -> dict[int, tuple[Span, ...]]:
        spans = [span for day in week.values() for span in day]
        if not spans:
            raise ValueError("name at least one weekday with hours")
        for opens, closes in spans:
            if _length(opens, closes) < SHORTEST:
                raise ValueError(f"{opens:%H:%M} to {closes:%H:%M} is too short for a promise")
        for day in week.values():
            if any(later[0] < earlier[1] for earlier, later in pairwise(day)):
                raise ValueError("the hours of a day must be in order and must not overlap")
        return week

    @field_validator("federal_state")
    @classmethod
    def _state_exists(cls, code: str) -> str:
        states = germany().subdivisions
        if code not in states:
            raise ValueError(f"no such state; there are {', '.join(states)}")
        return code

    def terms(self) -> Terms:
        """Return what is promised, by the public holidays of the state and our own closed days."""
        free = germany()(subdiv=self.federal_state)
        free.update(dict.fromkeys(self.closed_on, "closed"))
        return Terms(self.teams, Hours(self.week, free), self.attempts)


def _length(opens: time, closes: time) -> timedelta:
    return timedelta(hours=closes.hour - opens.hour, minutes=closes.minute - opens.minute)
