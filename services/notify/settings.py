"""What one job centre decides about alerts, forwards and notices: teams, times, tries."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, IPvAnyNetwork, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.notify.domain.alert import AlertRules
from services.notify.domain.quiet import Quiet
from services.notify.domain.retry import Schedule
from shared.breaker import Breakers
from shared.events.event import Code
from shared.events.notify import AlertKind

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
_LOOK_WITHIN_H: dict[AlertKind, float] = {
    "assignment_waiting": 24,
    "citizen_unreached": 24,
    "document_filed": 120,
    "document_failed": 24,
    "callback_overdue": 2,
    "forward_failed": 4,
    "power_cut": 4,
}


class NotifySettings(BaseSettings):
    """Who looks at what until when, and how suppliers and citizens are told, from `AMTSBOTE_NOTIFY_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_NOTIFY_", frozen=True)

    teams: Annotated[
        dict[Code, Code],
        Field(
            description="team per document type, per purpose of a forward, per errand (apply, hand_in) of a newcomer"
        ),
    ] = {
        "sperrandrohung": "power_cut",
        "sperrankuendigung": "power_cut",
        "stromrechnung": "power_cut",
        "power_cut": "power_cut",
        "arbeitsvertrag": "placement",
    }
    default_team: Annotated[Code, Field(description="of everything that names no team")] = "benefits"
    power_cut_types: Annotated[frozenset[Code], Field(description="document types that mean a power cut")] = frozenset(
        {"sperrandrohung", "sperrankuendigung"}
    )
    power_cut_confidence: Annotated[Share, Field(description="low: a false alarm costs a look, a missed one power")] = (
        0.4
    )
    type_confidence: Annotated[Share, Field(description="from here on a suggested type chooses the team")] = 0.5
    look_within_h: Annotated[
        dict[AlertKind, Annotated[float, Field(gt=0)]],
        Field(description="hours per kind of alert; a kind that is not named keeps its default"),
    ] = _LOOK_WITHIN_H

    delays_s: Annotated[tuple[Seconds, ...], Field(min_length=1, description="before each try, the first included")] = (
        0,
        5,
        300,
        1_800,
        7_200,
        18_000,
        36_000,
        36_000,
    )
    refused_tries: Annotated[int, Field(ge=1, description="tries when only a repair can help, e.g. after a 404")] = 3
    jitter: Annotated[Share, Field(description="by which a delay varies, so that tries do not bunch")] = 0.2
    answer_within_s: Annotated[
        float, Field(gt=0, le=60, description="seconds a supplier's server may take to answer")
    ] = 15
    lease_s: Annotated[
        float, Field(gt=0, description="how long one try may take before another process takes over")
    ] = 120
    pick_up_within_h: Annotated[
        float, Field(gt=0, lt=168, description="an unfetched packet is offered anew, then failed; links live 7 days")
    ] = 48
    look_every_s: Annotated[float, Field(gt=0, description="how often due forwards are looked for")] = 0.5
    sweep_every_s: Annotated[float, Field(gt=0, description="how often packets nobody may fetch are removed")] = 600
    dispatchers: Annotated[
        int, Field(ge=1, le=32, description="packets taken to suppliers at once; one more for power cuts alone")
    ] = 8
    tellers: Annotated[
        int, Field(ge=1, le=32, description="citizens told at once, half of them newcomers; one more for what presses")
    ] = 8
    at_once_each: Annotated[
        int, Field(ge=1, le=32, description="of these, how many at one supplier, one push service, the mail server")
    ] = 2
    left_alone_after: Annotated[
        int, Field(ge=1, description="so many tries in a row without an answer, and a server is left alone for a while")
    ] = 3
    left_alone_s: Annotated[
        float, Field(gt=0, description="seconds it is left alone then; doubled each time it is silent once more")
    ] = 30
    left_alone_at_most_s: Annotated[float, Field(gt=0, description="seconds it is left alone at most")] = 600
    gather_s: Annotated[Seconds, Field(description="how long news for a citizen waits for more, to be one message")] = (
        60
    )
    apart_s: Annotated[Seconds, Field(description="between two messages to a citizen through one channel")] = 1_800
    night_from_h: Annotated[
        int, Field(ge=0, le=23, description="hour in Berlin from which only what presses is told")
    ] = 22
    night_until_h: Annotated[int, Field(ge=0, le=23, description="hour until which; the same hour: no night")] = 7
    allowed_networks: Annotated[
        tuple[IPvAnyNetwork, ...],
        Field(description="private networks webhooks may reach, pushes never; plain http only to loopback, if in here"),
    ] = ()
    ca_file: Annotated[
        Path | None, Field(description="PEM file of further certificate authorities to trust for webhooks")
    ] = None

    @field_validator("look_within_h")
    @classmethod
    def _every_kind_has_a_time(cls, hours: dict[AlertKind, float]) -> dict[AlertKind, float]:
        return _LOOK_WITHIN_H | hours

    def rules(self) -> AlertRules:
        """Return whom to alert until when."""
        return AlertRules(
            teams=self.teams,
            default_team=self.default_team,
            power_cut_types=self.power_cut_types,
            power_cut_confidence=self.power_cut_confidence,
            type_confidence=self.type_confidence,
            look_within={kind: timedelta(hours=hours) for kind, hours in self.look_within_h.items()},
        )

    def schedule(self) -> Schedule:
        """Return when a supplier is tried again."""
        delays = tuple(timedelta(seconds=seconds) for seconds in self.delays_s)
        return Schedule(delays, self.refused_tries, self.jitter)

    def breakers(self) -> Breakers:
        """Return what leaves servers alone that do not answer."""
        first, longest = timedelta(seconds=self.left_alone_s), timedelta(seconds=self.left_alone_at_most_s)
        return Breakers(self.left_alone_after, first, max(first, longest))

    def quiet(self) -> Quiet:
        """Return when citizens are told."""
        gather, apart = timedelta(seconds=self.gather_s), timedelta(seconds=self.apart_s)
        return Quiet(gather, apart, self.night_from_h, self.night_until_h)
