"""Alerts: which team must look at what, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.events.callback import CallbackOverdue, CallbackPromised
from shared.events.gateway import AssignmentRequested, CitizenUnreached
from shared.events.notify import AlertKind, AlertRaised, ForwardFailed
from shared.events.upload import DocumentFailed, DocumentFiled, TypeSuggestion

Reason = DocumentFiled | DocumentFailed | CallbackPromised | CallbackOverdue | AssignmentRequested | CitizenUnreached


@dataclass(frozen=True, slots=True)
class AlertRules:
    """One job centre's own choice of teams and times; confidences are from 0 to 1."""

    teams: Mapping[str, str]
    default_team: str
    power_cut_types: frozenset[str]
    power_cut_confidence: float
    type_confidence: float
    look_within: Mapping[AlertKind, timedelta]

    def team(self, code: str | None) -> str:
        """Return the team that handles a document type or a purpose."""
        return self.teams.get(code or "", self.default_team)

    def power_cut(self, types: Sequence[TypeSuggestion]) -> str | None:
        """Return the suggested type that threatens a power cut; it need not be the likeliest one to matter.

        A threat and an announcement look alike: their confidences, which exclude each other, count together.
        """
        threats = [t for t in types if t.type in self.power_cut_types]
        sure = threats and sum(t.confidence for t in threats) >= self.power_cut_confidence
        return max(threats, key=lambda t: t.confidence).type if sure else None

    def likeliest(self, types: Sequence[TypeSuggestion]) -> str | None:
        """Return the likeliest type, if it is likely enough to route by it."""
        sure = [t for t in types if t.confidence >= self.type_confidence]
        return max(sure, key=lambda t: t.confidence).type if sure else None


def alert_about(fact: Reason, rules: AlertRules, *, alert_id: str, at: datetime) -> AlertRaised:
    """Decide whom a fact concerns, how it is named for them, and when somebody must have looked."""
    match fact:
        case DocumentFiled():
            return _filed(fact, rules, alert_id, at)
        case DocumentFailed():
            team = rules.default_team
            return _alert(
                rules, alert_id, at, team=team, kind="document_failed", about=fact.document_id, why=fact.reason
            )
        case CallbackPromised():
            return AlertRaised(
                alert_id=alert_id,
                team=fact.team,
                kind="callback_promised",
                about_id=fact.callback_id,
                reason=fact.topic,
                due_at=fact.window_end,
                raised_at=at,
            )
        case CallbackOverdue():
            team, about = fact.team, fact.callback_id
            return _alert(rules, alert_id, at, team=team, kind="callback_overdue", about=about, why=fact.reason)
        case AssignmentRequested():
            team, about = rules.team(fact.errand), fact.newcomer_id
            return _alert(rules, alert_id, at, team=team, kind="assignment_waiting", about=about, why=fact.errand)
        case CitizenUnreached():
            team, about = rules.default_team, fact.citizen_id
            return _alert(rules, alert_id, at, team=team, kind="citizen_unreached", about=about, why=fact.reason)


def forward_alert(fact: ForwardFailed, rules: AlertRules, *, purpose: str, alert_id: str) -> AlertRaised:
    """Hand a packet that did not reach its supplier to the team that handles its purpose.

    The alert is about the document: that is what a person opens, and it shows its forwards with their states.
    """
    team, about, why = rules.team(purpose), fact.document_id, fact.reason
    return _alert(rules, alert_id, fact.failed_at, team=team, kind="forward_failed", about=about, why=why)


def _filed(fact: DocumentFiled, rules: AlertRules, alert_id: str, at: datetime) -> AlertRaised:
    threat = rules.power_cut(fact.types)
    suggested = threat or rules.likeliest(fact.types)
    return _alert(
        rules,
        alert_id,
        at,
        team=rules.team(suggested),
        kind="power_cut" if threat else "document_filed",
        about=fact.document_id,
        why=suggested,
    )


def _alert(
    rules: AlertRules, alert_id: str, at: datetime, *, team: str, kind: AlertKind, about: str, why: str | None
) -> AlertRaised:
    return AlertRaised(
        alert_id=alert_id,
        team=team,
        kind=kind,
        about_id=about,
        reason=why,
        due_at=at + rules.look_within[kind],
        raised_at=at,
    )
