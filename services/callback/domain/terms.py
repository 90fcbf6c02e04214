"""What one job centre promises to those who wish to be called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.callback.domain.callback import Callback
from services.callback.domain.hours import Hours, Window
from shared.events.gateway import CallbackRequested, CallbackTopic


@dataclass(frozen=True, slots=True)
class Terms:
    """Who calls about which topic, when, and how often at most."""

    teams: Mapping[CallbackTopic, str]
    hours: Hours
    attempts: int

    def promise(self, wish: CallbackRequested, now: datetime) -> Callback:
        """Turn a wish into a promise.

        Raises:
            PermanentError: the window has no time in it.
        """
        wished = Window(wish.window_start.astimezone(UTC), wish.window_end.astimezone(UTC))
        window = self.hours.promise(wished, now)
        return Callback(
            callback_id=wish.callback_id,
            citizen_id=wish.citizen_id,
            team=self.teams.get(wish.topic, self.teams["other"]),
            topic=wish.topic,
            language=wish.language,
            window=window,
            attempts=self.attempts,
            due_at=window.end,
        )
