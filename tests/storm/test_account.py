"""Each way in which a promise can be broken has a counter of its own, and no other counter moves by it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.storm.account import Account, account
from tests.storm.evidence import Evidence, Letter
from tests.storm.notebook import Accepted
from tests.storm.partners import BY_QUEUE, Told
from tests.storm.site import TEAM

ACCEPTED = [
    Accepted("newcomer", "ann", "ann"),
    Accepted("page", "p1", "ann", {"sha256": "1"}),
    Accepted("page", "p2", "ann", {"sha256": "2", "what": "junk"}),
    Accepted("page", "p3", "ann", {"sha256": "3"}),
    Accepted("document", "d1", "ann", pages=("p1", "p2")),
    Accepted("replacement", "p3", "ann", {"document": "d1", "replaces": "p1"}),
    Accepted("consent", "c1", "ann", {"document": "d1", "supplier": BY_QUEUE}),
    Accepted("callback", "k1", "ann"),
]
TOLD = [
    Told(TEAM, "e1", "filed1", "document_filed", "a1", "d1"),
    Told(TEAM, "e2", "filed2", "document_filed", "a2", "d1"),
    Told(TEAM, "e3", "promised1", "callback_promised", "a3", "k1"),
    Told(TEAM, "e4", "asked1", "assignment_waiting", "a4", "ann"),
    Told(BY_QUEUE, "e5", "queued1", "packet", "f1", "f1"),
]


def calm() -> Evidence:
    """Return what is there when everything that was accepted came to its end, once."""
    pages = {
        f"p{n}": {"citizen_id": "ann", "sha256": str(n), "state": "checked", "object_key": f"originals/p{n}"}
        for n in (1, 2, 3)
    }
    document = {
        "pages": [{"page_id": "p3"}, {"page_id": "p2"}],
        "version": 2,
        "state": "filed",
        "filing": {"version": 2, "unreadable_page_ids": ["p2"]},
    }
    return Evidence(
        pages=pages,
        documents={"d1": document},
        consents={"c1": {"document_id": "d1", "supplier_id": BY_QUEUE}},
        callbacks={"k1": {"state": "promised"}},
        newcomers={"ann": {}},
        checked={page_id: {} for page_id in pages},
        filed={"d1": {}},
        forwards={"f1": {"consent_id": "c1", "state": "acknowledged", "page_ids": ["p3"]}},
        promised={"k1": {}},
        timeline=Counter({("document.filed", "d1"): 2, ("callback.promised", "k1"): 1}),
        told=TOLD,
        letters=[Letter("upload.check.dead", "poison1", "page.uploaded.v1", "event.malformed")],
    )


def balance(found: Evidence, altered: tuple[str, ...] = ()) -> Account:
    """Return the account of what was accepted; one message was poisoned on purpose."""
    return account(ACCEPTED, found, poison=["poison1"], altered=altered)


def broken(found: Account) -> set[str]:
    """Return the counters that are not as they should be."""
    counters = ("lost", "duplicated", "stuck", "orphaned", "innocent", "unburied")
    return {name for name in counters if getattr(found, name)}


def test_what_came_to_its_end_once_balances() -> None:
    """With nothing broken no counter moves; and all of it counts as acknowledged."""
    found = balance(calm())
    assert (found.holds, broken(found), found.acknowledged) == (True, set(), len(ACCEPTED))


def told_again(found: Evidence, **changes: str) -> None:
    """Add what somebody is told once more."""
    [original] = [told for told in found.told if told.event_id == changes["event_id"].rstrip("+")]
    found.told = [*found.told, replace(original, **changes)]


LOST: dict[str, Callable[[Evidence], object]] = {
    "a page has no row": lambda found: found.pages.pop("p2"),
    "a document has no row": lambda found: found.documents.pop("d1"),
    "a consent has no row": lambda found: found.consents.pop("c1"),
    "a callback has no row": lambda found: found.callbacks.pop("k1"),
    "a newcomer has no row": lambda found: found.newcomers.pop("ann"),
    "a replacement is not in its document": lambda found: found.documents["d1"]["pages"].pop(0),
    "a filed document is not where it was filed": lambda found: found.filed.pop("d1"),
    "a checked page is not where it was checked": lambda found: found.checked.pop("p1"),
    "a document of good pages has failed": lambda found: found.documents["d1"].update(state="failed"),
    "a good page was left out": lambda found: found.documents["d1"]["filing"]["unreadable_page_ids"].append("p3"),
    "a packet of good pages was given up": lambda found: found.forwards["f1"].update(state="failed"),
    "nobody was told that it is filed": lambda found: found.timeline.pop(("document.filed", "d1")),
}
DUPLICATED: dict[str, Callable[[Evidence], object]] = {
    "a page was kept twice": lambda found: (
        found.pages.update(p4=found.pages["p1"]),
        found.checked.update(p4={}),
    ),
    "a consent was forwarded twice": lambda found: found.forwards.update(f2=found.forwards["f1"]),
    "filed more often than there are versions": lambda found: found.timeline.update({("document.filed", "d1"): 1}),
    "promised twice": lambda found: found.timeline.update({("callback.promised", "k1"): 1}),
    "two alerts for one event": lambda found: told_again(found, event_id="e3+", id="a9"),
    "more alerts than versions": lambda found: told_again(found, event_id="e1+", id="a9", cause="filed9"),
    "a supplier was told under two ids": lambda found: told_again(found, event_id="e5+"),
}
STUCK: dict[str, Callable[[Evidence], object]] = {
    "a page is not checked": lambda found: found.pages["p1"].update(state="uploaded"),
    "a document is not filed": lambda found: found.documents["d1"].update(state="received"),
    "its last version is not filed": lambda found: found.documents["d1"]["filing"].update(version=1),
    "no team was alerted": lambda found: setattr(found, "told", found.told[2:]),
    "a consent led to nothing": lambda found: found.forwards.clear(),
    "a packet was not fetched": lambda found: found.forwards["f1"].update(state="sent"),
    "a callback is not promised": lambda found: found.callbacks["k1"].update(state="requested"),
    "a newcomer waits and no team knows": lambda found: setattr(found, "told", [*found.told[:3], *found.told[4:]]),
}
ORPHANED: dict[str, Callable[[Evidence], object]] = {
    "an object that no row names": lambda found: found.objects.left_over.append("documents/d1/stray.pdf"),
    "a row that names no object": lambda found: found.objects.missing.append("documents/d1.pdf"),
}
DEAD: dict[str, Callable[[Evidence], object]] = {
    "an innocent message": lambda found: setattr(
        found, "letters", [*found.letters, Letter("upload.file.dead", "good", "document.submitted.v1", "rejected")]
    ),
}
UNBURIED: dict[str, Callable[[Evidence], object]] = {"poison": lambda found: setattr(found, "letters", [])}
BROKEN = {
    "lost": LOST,
    "duplicated": DUPLICATED,
    "stuck": STUCK,
    "orphaned": ORPHANED,
    "innocent": DEAD,
    "unburied": UNBURIED,
}
CASES = [(counter, name) for counter, breakings in BROKEN.items() for name in breakings]


@pytest.mark.parametrize(("counter", "name"), CASES, ids=[f"{counter}: {name}" for counter, name in CASES])
def test_each_way_to_break_it_moves_its_own_counter(counter: str, name: str) -> None:
    """Whatever is taken away or added is seen, and seen as what it is."""
    found = calm()
    BROKEN[counter][name](found)
    seen = balance(found)
    assert broken(seen) == {counter}
    assert not seen.holds


def test_bytes_that_changed_are_lost() -> None:
    """An original whose bytes are not those handed in counts as lost."""
    assert broken(balance(calm(), altered=("originals/p1",))) == {"lost"}


def test_what_nobody_was_told_is_recovered() -> None:
    """A page whose sender never had an answer, and which is there and checked, breaks nothing."""
    found = calm()
    found.pages["p9"] = found.pages["p1"] | {"sha256": "9", "object_key": "originals/p9"}
    found.checked["p9"] = {}
    seen = balance(found)
    assert (seen.recovered, seen.holds) == (1, True)


def test_a_storm_is_over_when_nothing_is_under_way() -> None:
    """Markers and dead letters stay for good; a message, an unconfirmed row and a gap that is known are waited for."""
    found = Evidence(queues={"upload.marker": 1, "upload.file.dead": 2, "upload.file": 0})
    assert found.under_way == 0
    found.queues["upload.journal"] = 1
    found.outboxes["gateway"] = 2
    found.missing = 4
    assert found.under_way == 7
