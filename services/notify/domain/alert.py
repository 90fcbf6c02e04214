"""Alerts: which team must look at what, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

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


class _Concern(NamedTuple):
    """Whom something concerns, what kind of thing it is, and what it is about."""

    team: str
    kind: AlertKind
    about_id: str
    reason: str | None


def alert_about(fact: Reason, rules: AlertRules, *, alert_id: str, at: datetime) -> AlertRaised:
    """Decide whom a fact concerns, how it is named for them, and when somebody must have looked."""
    concern = _concern(fact, rules)
    due_at = fact.window_end if isinstance(fact, CallbackPromised) else at + rules.look_within[concern.kind]
    return AlertRaised(alert_id=alert_id, **concern._asdict(), due_at=due_at, raised_at=at)


def forward_alert(fact: ForwardFailed, rules: AlertRules, *, purpose: str, alert_id: str) -> AlertRaised:
    """Hand a packet that did not reach its supplier to the team that handles its purpose.

    The alert is about the document: that is what a person opens, and it shows its forwards with their states.
    """
    concern = _Concern(rules.team(purpose), "forward_failed", fact.document_id, fact.reason)
    due_at = fact.failed_at + rules.look_within[concern.kind]
    return AlertRaised(alert_id=alert_id, **concern._asdict(), due_at=due_at, raised_at=fact.failed_at)


def _concern(fact: Reason, rules: AlertRules) -> _Concern:
    match fact:
        case DocumentFiled():
            threat = rules.power_cut(fact.types)
            suggested = threat or rules.likeliest(fact.types)
            kind: AlertKind = "power_cut" if threat else "document_filed"
            return _Concern(rules.team(suggested), kind, fact.document_id, suggested)
        case DocumentFailed():
            return _Concern(rules.default_team, "document_failed", fact.document_id, fact.reason)
        case CallbackPromised():
            return _Concern(fact.team, "callback_promised", fact.callback_id, fact.topic)
        case CallbackOverdue():
            return _Concern(fact.team, "callback_overdue", fact.callback_id, fact.reason)
        case AssignmentRequested():
            return _Concern(rules.team(fact.errand), "assignment_waiting", fact.newcomer_id, fact.errand)
        case CitizenUnreached():
            return _Concern(rules.default_team, "citizen_unreached", fact.citizen_id, fact.reason)
