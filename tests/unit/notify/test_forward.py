"""A forward's states: what each sign moves it to, in whatever order the signs come."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.notify.domain.consent import Consent, Papers, queue_forward
from services.notify.domain.forward import Change, Forward, Origin, Packet, Pdf
from shared.events.event import Fact
from shared.events.gateway import PacketConfirmed
from shared.events.notify import ForwardAcknowledged, ForwardPickedUp, ForwardSent
from shared.ids import new_id

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CITIZEN, DOCUMENT = new_id(), new_id()
PAGES = (new_id(), new_id(), new_id())
ORIGIN = Origin("default", new_id(), new_id())


def consent(**changes: object) -> Consent:
    """Return a consent for all pages."""
    given: dict[str, object] = {
        "consent_id": new_id(),
        "citizen_id": CITIZEN,
        "document_id": DOCUMENT,
        "page_ids": PAGES,
        "supplier_id": "stadtwerke",
        "purpose": "power_cut",
    }
    return Consent(**(given | changes))  # type: ignore[arg-type] # a test's own fields


def papers(pages: tuple[str, ...] = PAGES, **changes: object) -> Papers:
    """Return a filed document of these pages."""
    return Papers(DOCUMENT, CITIZEN, Pdf("documents/d.pdf", "0" * 64, pages), **changes)  # type: ignore[arg-type]


def queued(given: Consent, filed: Papers | None) -> Change | None:
    """Decide on a forward."""
    return queue_forward(given, filed, forward_id=new_id(), at=AT, due_at=AT, origin=ORIGIN)


def under_way() -> Forward:
    """Return a forward whose first try is being made."""
    return Forward(
        forward_id=new_id(),
        document_id=new_id(),
        citizen_id=new_id(),
        consent_id=new_id(),
        supplier_id="stadtwerke",
        purpose="power_cut",
        page_ids=PAGES,
        pdf=Pdf("documents/d.pdf", "0" * 64, PAGES),
        origin=ORIGIN,
        queued_at=AT,
        due_at=AT,
        attempt=1,
        way="webhook",
        packet=Packet("packets/1.pdf", "0" * 64, 1),
    )


def confirmed(answer: str = "received") -> PacketConfirmed:
    """Return a supplier's confirmation."""
    fact = {"forward_id": new_id(), "supplier_id": "stadtwerke", "answer": answer, "confirmed_at": AT}
    return PacketConfirmed.model_validate(fact)


def moved(forward: Forward, sign: str) -> Change:
    """Give a forward one sign."""
    match sign:
        case "sent":
            return forward.sent(AT)
        case "picked_up":
            return forward.picked_up(AT)
        case _:
            return forward.acknowledged(confirmed())


def kinds(change: Change) -> list[str]:
    """Return what happened, by name."""
    return [type(fact).__name__ for fact in change.facts]


def test_consent_to_a_version_that_is_not_filed_yet_waits() -> None:
    """Agreed to right after a page was taken again, the supplier gets the new papers as soon as they are filed."""
    given = consent(of_version=2)
    assert queued(given, papers((PAGES[0],))) is None
    change = queued(given, papers(of_version=2))
    assert change
    assert change.forward.state == "queued"


def test_consent_to_a_version_that_gave_way_is_not_waited_for() -> None:
    """Papers of a later version are judged at once: the version that was agreed to is never filed any more."""
    change = queued(consent(of_version=2), papers((PAGES[0],), of_version=3, replaced_page_ids=PAGES[1:]))
    assert change
    assert change.forward.reason == "page_replaced"


def test_consent_and_papers_make_a_queued_forward() -> None:
    """It is due at once and announced."""
    change = queued(consent(), papers())
    assert change
    assert (change.forward.state, change.forward.due_at) == ("queued", AT)
    assert kinds(change) == ["ForwardQueued"]


@pytest.mark.parametrize(
    ("given", "filed"),
    [(consent(), None), (consent(revoked_at=AT), papers()), (consent(forward_id=new_id()), papers())],
    ids=["no papers yet", "taken back", "done already"],
)
def test_nothing_is_queued_without_papers_without_consent_or_twice(given: Consent, filed: Papers | None) -> None:
    """A forward needs both, and there is one per consent."""
    assert queued(given, filed) is None


@pytest.mark.parametrize(
    ("given", "filed", "reason"),
    [
        (consent(), Papers(DOCUMENT, CITIZEN, failed="page.undecodable"), "document_failed"),
        (consent(), papers(PAGES[:2], unreadable_page_ids=PAGES[2:]), "page_unreadable"),
        (consent(), papers(PAGES, unreadable_page_ids=PAGES[2:]), "page_unreadable"),  # one sheet of several is
        (consent(), papers((*PAGES, PAGES[2])), "page_unseen"),  # a file of several sheets, ticked as one page
        (consent(), papers(PAGES[:2]), "page_not_in_document"),
        (consent(), papers((*PAGES[:2], new_id()), replaced_page_ids=PAGES[2:]), "page_replaced"),
        (consent(citizen_id=new_id()), papers(), "citizen_differs"),
    ],
)
def test_what_cannot_be_sent_completely_fails_at_once(given: Consent, filed: Papers, reason: str) -> None:
    """Half of what was consented to is never sent; a person hears why."""
    change = queued(given, filed)
    assert change
    assert (change.forward.state, change.forward.reason, change.forward.due_at) == ("failed", reason, None)
    assert kinds(change) == ["ForwardQueued", "ForwardFailed"]


@pytest.mark.parametrize("order", list(permutations(["sent", "picked_up", "acknowledged"])))
def test_signs_in_any_order_end_acknowledged_with_each_fact_once(order: tuple[str, ...]) -> None:
    """No order is promised; a supplier's own sign also proves that it was told."""
    forward, facts = under_way(), list[Fact]()
    for sign in order:
        change = moved(forward, sign)
        forward = change.forward
        facts.extend(change.facts)
    assert (forward.state, forward.due_at) == ("acknowledged", None)
    expected: set[type[Fact]] = {ForwardSent, ForwardPickedUp, ForwardAcknowledged}
    if order.index("acknowledged") < order.index("picked_up"):
        expected.remove(ForwardPickedUp)  # a confirmation says more than a download
    assert len(facts) == len(expected)
    assert {type(fact) for fact in facts} == expected


def test_a_repeated_sign_says_nothing_new() -> None:
    """What is known already is not announced again."""
    acknowledged = under_way().acknowledged(confirmed()).forward
    repeats = (acknowledged.sent(AT), acknowledged.picked_up(AT), acknowledged.acknowledged(confirmed()))
    assert [change.facts for change in repeats] == [(), (), ()]


def test_a_further_answer_is_announced() -> None:
    """A supplier that first confirmed and later agreed to instalments is heard both times."""
    acknowledged = under_way().acknowledged(confirmed()).forward
    facts = acknowledged.acknowledged(confirmed("instalments_agreed")).facts
    assert [fact.answer for fact in facts if isinstance(fact, ForwardAcknowledged)] == ["instalments_agreed"]


def test_what_was_taken_back_while_under_way_stays_so() -> None:
    """The notice may have gone out a moment earlier, but its link is dead: the forward counts as stopped."""
    failed = under_way().failed("consent_revoked", AT).forward
    change = failed.sent(AT)
    assert (change.forward.state, change.facts) == ("failed", ())


def test_a_forward_given_up_is_revived_by_the_suppliers_own_sign() -> None:
    """All tries timed out, and yet the supplier has the papers: that is what counts."""
    failed = under_way().failed("timeout", AT).forward
    change = failed.acknowledged(confirmed())
    assert (change.forward.state, change.forward.reason) == ("acknowledged", None)
    assert kinds(change) == ["ForwardSent", "ForwardAcknowledged"]


@pytest.mark.parametrize("state", ["sent", "picked_up", "acknowledged"])
def test_what_has_reached_the_supplier_can_neither_fail_nor_be_tried_again(state: str) -> None:
    """A late failure or revocation changes nothing."""
    reached = moved(under_way(), state).forward
    assert reached.failed("consent_revoked", AT) == Change(reached)
    assert reached.postponed(AT + timedelta(hours=1), "timeout") == Change(reached)


def test_a_try_that_was_not_the_suppliers_fault_does_not_count() -> None:
    """With a server of ours away, the number of tries stays as it was."""
    later = AT + timedelta(seconds=5)
    assert under_way().postponed(later, "server_unavailable", counts=False).forward.attempt == 0
    assert under_way().postponed(later, "timeout").forward.attempt == 1


DUE = AT + timedelta(days=2)


def test_a_sent_packet_that_nobody_fetches_is_offered_once_more_and_then_given_up() -> None:
    """It is looked at again when it is due; the second notice has an id of its own, and the end is a failure."""
    sent = under_way().sent(AT, due_at=DUE).forward
    assert (sent.state, sent.due_at, sent.notice_id) == ("sent", DUE, sent.forward_id)
    anew = sent.lapsed(DUE, notice_id=(second := new_id()))
    assert (anew.forward.state, anew.forward.due_at, anew.forward.attempt, anew.facts) == ("queued", DUE, 0, ())
    assert (anew.forward.notice_id, anew.forward.offered_since) == (second, DUE)
    again = anew.forward.sent(DUE, due_at=DUE + timedelta(days=2))
    assert (again.forward.state, again.forward.sent_at, again.facts) == ("sent", AT, ())
    end = again.forward.lapsed(DUE + timedelta(days=2), notice_id=new_id())
    assert (end.forward.state, end.forward.reason, end.forward.due_at) == ("failed", "not_picked_up", None)
    assert kinds(end) == ["ForwardFailed"]


@pytest.mark.parametrize("sign", ["picked_up", "acknowledged"])
@pytest.mark.parametrize("lapses", [0, 1, 2])
def test_a_sign_of_the_supplier_ends_the_wait_however_late(sign: str, lapses: int) -> None:
    """In time, between the offers, or after we gave up: what was fetched is fetched."""
    forward = under_way().sent(AT, due_at=DUE).forward
    for _ in range(lapses):
        forward = forward.sent(AT, due_at=DUE).forward.lapsed(DUE, notice_id=new_id()).forward
    fetched = moved(forward, sign).forward
    assert (fetched.state, fetched.due_at, fetched.reason) == (sign, None, None)
    assert fetched.sent(DUE, due_at=DUE) == fetched.lapsed(DUE, notice_id=new_id()) == Change(fetched)


def test_a_consent_taken_back_after_sent_is_neither_offered_again_nor_alarming() -> None:
    """The links are dead and nobody has anything left to do."""
    revoked = under_way().sent(AT, due_at=DUE).forward.revoked(AT)
    assert (revoked.forward.state, revoked.forward.due_at, revoked.facts) == ("sent", None, ())
    anew = under_way().sent(AT, due_at=DUE).forward.lapsed(DUE, notice_id=new_id()).forward
    assert kinds(anew.revoked(DUE)) == ["ForwardFailed"]
