"""What became of every accepted thing, in the words of Jepsen's total-queue checker: pure, over one look."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.storm.evidence import Evidence
from tests.storm.notebook import Accepted
from tests.storm.partners import SUPPLIERS

DOCUMENT_ALERTS = frozenset({"document_filed", "document_failed", "power_cut"})
# What a citizen may be told once of one thing; the others may come once a version.
ONCE = ("page.", "consent.", "callback.", "forward.", "assignment.")


@dataclass(slots=True)
class Account:
    """What was found of each kind; each entry says which thing, and why."""

    attempted: int = 0
    acknowledged: int = 0
    recovered: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    innocent: list[str] = field(default_factory=list)
    unburied: list[str] = field(default_factory=list)  # poison that no dead queue has
    to_a_person: list[str] = field(default_factory=list)
    unrouted: list[str] = field(default_factory=list)
    unpublished: int = 0

    @property
    def holds(self) -> bool:
        """Whether everything that is promised was kept."""
        return not (self.lost or self.duplicated or self.stuck or self.orphaned or self.innocent or self.unburied)


def settled(accepted: Sequence[Accepted], found: Evidence) -> int:
    """Return how many things are not at their end yet."""
    return len(list(_stuck(accepted, found)))


def account(
    accepted: Sequence[Accepted],
    found: Evidence,
    *,
    attempted: int = 0,
    poison: Collection[str] = (),
    altered: Collection[str] = (),
) -> Account:
    """Balance what was accepted against what is there; `altered` are keys whose bytes are not those handed in."""
    dead = [letter for letter in found.letters if letter.queue.endswith(".dead")]
    return Account(
        attempted=attempted,
        acknowledged=len(accepted),
        recovered=_recovered(accepted, found),
        lost=[*_lost(accepted, found), *(f"{key}: its bytes are not those handed in" for key in altered)],
        duplicated=list(_duplicated(found)),
        stuck=list(_stuck(accepted, found)),
        orphaned=list(_orphaned(found)),
        innocent=[
            f"{each.queue} {each.type} {each.event_id}: {each.reason}" for each in dead if each.event_id not in poison
        ],
        unburied=sorted(set(poison) - {letter.event_id for letter in dead}),
        to_a_person=[
            f"forward {i}: {row.get('reason')}" for i, row in found.forwards.items() if row["state"] == "failed"
        ],
        unrouted=[f"{each.type} {each.event_id}" for each in found.letters if each.queue == "amtsbote.unrouted"],
        unpublished=sum(found.outboxes.values()),
    )


def _rows(kind: str, found: Evidence) -> dict[str, dict[str, Any]]:
    return {
        "page": found.pages,
        "document": found.documents,
        "consent": found.consents,
        "callback": found.callbacks,
        "newcomer": found.newcomers,
    }[kind]


def _lost(accepted: Sequence[Accepted], found: Evidence) -> Iterator[str]:
    """Yield what was answered 2xx, or announced, and is gone."""
    for thing in accepted:
        if thing.kind == "replacement":
            document = found.documents.get(thing.about["document"], {})
            if thing.id not in {page["page_id"] for page in document.get("pages", ())}:
                yield f"replacement {thing.id}: the document has no such page"
        elif thing.id not in _rows(thing.kind, found):
            yield f"{thing.kind} {thing.id}: no row"
    junk = {thing.id for thing in accepted if thing.about.get("what") == "junk"}
    for forward_id, row in found.forwards.items():
        if row["state"] == "failed" and not junk & set(row["page_ids"]):
            yield f"forward {forward_id}: failed ({row.get('reason')}), though each of its pages can be read"
    for document_id, row in found.documents.items():
        yield from _lost_of_document(document_id, row, found, junk)
    for page_id, row in found.pages.items():
        if row["state"] == "checked" and page_id not in found.checked:
            yield f"page {page_id}: checked, and the upload service does not know it"


def _lost_of_document(document_id: str, row: dict[str, Any], found: Evidence, junk: set[str]) -> Iterator[str]:
    good = {page["page_id"] for page in row["pages"]} - junk
    if row["state"] == "failed" and good:
        yield f"document {document_id}: failed ({row.get('failed_reason')}), though a page can be read"
    if row["state"] == "filed":
        if document_id not in found.filed:
            yield f"document {document_id}: filed, and the upload service does not know it"
        if left_out := good & set(row["filing"]["unreadable_page_ids"]):
            yield f"document {document_id}: good pages left out: {', '.join(sorted(left_out))}"
        if document_id not in {about for code, about in found.timeline if code == "document.filed"}:
            yield f"document {document_id}: filed, and its citizen was not told"


def _duplicated(found: Evidence) -> Iterator[str]:
    """Yield what took effect more than once."""
    for code, rows, same in (
        ("page", found.pages, lambda row: (row["citizen_id"], row["sha256"])),
        ("document", found.documents, lambda row: tuple(page["page_id"] for page in row["pages"])),
        ("forward", found.forwards, lambda row: row["consent_id"]),
        ("consent", found.consents, lambda row: (row["document_id"], row["supplier_id"])),
    ):
        for key, count in Counter(same(row) for row in rows.values()).items():
            if count > 1:
                yield f"{count} {code}s for {key}"
    for (code, about), count in found.timeline.items():
        allowed = 1 if code.startswith(ONCE) else _versions(found, about)
        if count > allowed:
            yield f"told {count} times: {code} of {about}"
    yield from _told_twice(found)


def _told_twice(found: Evidence) -> Iterator[str]:
    causes, about, packets = defaultdict(set), defaultdict(set), defaultdict(set)
    for told in found.told:
        if told.who in SUPPLIERS:
            packets[told.about].add(told.event_id)
        else:
            causes[told.cause, told.kind].add(told.id)
            about["document" if told.kind in DOCUMENT_ALERTS else told.kind, told.about].add(told.id)
    for forward_id, events in packets.items():
        if len(events) > 1:
            yield f"packet {forward_id}: told under {len(events)} ids"
    for (cause, kind), alerts in causes.items():
        if len(alerts) > 1:
            yield f"{len(alerts)} alerts {kind} for one event {cause}"
    for (kind, thing), alerts in about.items():
        if len(alerts) > (_versions(found, thing) if kind == "document" else 1):
            yield f"{len(alerts)} alerts {kind} about {thing}"


def _versions(found: Evidence, document_id: str) -> float:
    """Return how many versions a document has; of one that is lost nobody knows."""
    row = found.documents.get(document_id)
    return int(row.get("version", 1)) if row else math.inf


def _stuck(accepted: Sequence[Accepted], found: Evidence) -> Iterator[str]:
    """Yield what is there and has not come to its end."""
    alerted = {(told.kind in DOCUMENT_ALERTS, told.about) for told in found.told if told.who not in SUPPLIERS}
    for page_id, row in found.pages.items():
        if row["state"] != "checked":
            yield f"page {page_id}: {row['state']}"
    for document_id, row in found.documents.items():
        if why := _unfinished(row, alerted=(True, document_id) in alerted):
            yield f"document {document_id}: {why}"
    yield from _stuck_consents(found)
    for callback_id, row in found.callbacks.items():
        if row["state"] == "requested" or (False, callback_id) not in alerted:
            yield f"callback {callback_id}: {row['state']}, alerted: {(False, callback_id) in alerted}"
    handed_in = {thing.citizen for thing in accepted if thing.kind == "document"}
    for newcomer_id in set(found.newcomers) & handed_in:
        if (False, newcomer_id) not in alerted:
            yield f"newcomer {newcomer_id}: no team was alerted"


def _unfinished(row: dict[str, Any], *, alerted: bool) -> str | None:
    """Return what a document still waits for."""
    version, filed = row.get("version", 1), (row.get("filing") or {}).get("version", 1)
    if row["state"] == "received" or (row["state"] == "filed" and filed < version):
        return f"{row['state']}, version {filed} of {version}"
    return None if alerted else f"{row['state']}, no team was alerted"


def _stuck_consents(found: Evidence) -> Iterator[str]:
    states = {row["consent_id"]: row["state"] for row in found.forwards.values()}
    for consent_id in found.consents:
        if (state := states.get(consent_id, "no forward")) not in {"acknowledged", "failed"}:
            yield f"consent {consent_id}: {state}"


def _orphaned(found: Evidence) -> Iterator[str]:
    """Yield objects that no row accounts for, and rows that name objects that are not there, as the product sees it."""
    for key in sorted(found.objects.left_over):
        yield f"{key}: no row names it"
    for key in sorted(found.objects.missing):
        yield f"{key}: named by a row, and missing"


def _recovered(accepted: Sequence[Accepted], found: Evidence) -> int:
    """Return how many things are there though nobody was told so: their phones were off."""
    told = {thing.id for thing in accepted}
    return sum(len(set(rows) - told) for rows in (found.pages, found.documents, found.consents, found.callbacks))
