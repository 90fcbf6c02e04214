"""What became of a wish to be called, as the callback service announces it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.events.event import Code, Fact, Id
from shared.events.gateway import CallbackTopic, Language

Team = Code


class CallbackPromised(Fact, type="callback.promised.v1", subject="callback_id"):
    """A team promised to call within the window."""

    callback_id: Id
    citizen_id: Id
    team: Team
    topic: CallbackTopic
    language: Language
    window_start: AwareDatetime
    window_end: AwareDatetime


class CallbackMissed(Fact, type="callback.missed.v1", subject="callback_id"):
    """Nobody answered attempt `attempt` of `of`; the citizen may pick a new window."""

    callback_id: Id
    citizen_id: Id
    team: Team
    attempt: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]
    called_at: AwareDatetime


class CallbackDone(Fact, type="callback.done.v1", subject="callback_id"):
    """The citizen was reached: the promise is kept."""

    callback_id: Id
    citizen_id: Id
    team: Team
    reached_at: AwareDatetime


class CallbackOverdue(Fact, type="callback.overdue.v1", subject="callback_id"):
    """The promise is at risk, and a person must see to it."""

    callback_id: Id
    citizen_id: Id
    team: Team
    reason: Literal["window_passed", "attempts_used"]
    overdue_at: AwareDatetime
