"""What crosses the border about mandates: to who gave one, and to who acts under one."""

from datetime import date, datetime

from services.gateway.domain.mandates import Mandate, Standing
from services.gateway.schemas.answered import Answered
from services.gateway.schemas.shown import Shown
from shared.events.gateway import MandateKind, MandateScope


class MandateShown(Answered):
    """A mandate, as the citizen who gave it sees it; `helper` is the name that the helper gave."""

    mandate_id: str
    kind: MandateKind
    scopes: tuple[MandateScope, ...]
    called: str
    citizen_name: str
    helper: str | None
    state: Standing
    last_day: date
    offered_at: datetime
    accepted_at: datetime | None
    over_at: datetime | None

    @classmethod
    def of(cls, mandate: Mandate, now: datetime) -> "MandateShown":
        """Return a mandate as it stands at an instant."""
        kept = mandate.model_dump(include=set(cls.model_fields) - {"state"})
        return cls(
            mandate_id=mandate.id,
            helper=mandate.helper_name,
            state=mandate.standing(now),
            last_day=mandate.last_day,
            **kept,
        )


class MandateList(Shown):
    """The mandates a citizen gave, newest first."""

    items: tuple[MandateShown, ...]
    next_cursor: str | None = None


class CodeShown(Shown):
    """The code with which an invitation is accepted, and the address that carries it behind `#`."""

    mandate_id: str
    code: str
    expires_at: datetime
    url: str


class HelpedShown(Shown):
    """Somebody one may act for; `mandate_id` is what `Acting-For` names."""

    mandate_id: str
    name: str
    kind: MandateKind
    scopes: tuple[MandateScope, ...]
    last_day: date
    accepted_at: datetime | None

    @classmethod
    def of(cls, mandate: Mandate) -> "HelpedShown":
        """Return a mandate as the helper sees it."""
        kept = mandate.model_dump(include={"kind", "scopes", "accepted_at"})
        return cls(mandate_id=mandate.id, name=mandate.citizen_name, last_day=mandate.last_day, **kept)


class HelpedList(Shown):
    """The people one may act for now, those accepted last first."""

    items: tuple[HelpedShown, ...]
    next_cursor: str | None = None


class Accepted(HelpedShown):
    """A mandate just accepted; who had no device here gets its token, this once."""

    token: str | None = None
