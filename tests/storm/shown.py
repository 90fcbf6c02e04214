"""What a storm found, as tables and lines for a terminal."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from tests.storm.plan import Outcome

SHOWN = 12  # lines of each list
LISTED = ("lost", "duplicated", "stuck", "orphaned", "innocent", "unburied", "to_a_person", "unrouted")


def show(outcome: Outcome, console: Console) -> None:
    """Show what was done, what was answered, and the account."""
    for title, of in (
        ("faults", dict(sorted(outcome.faults.items()))),
        ("answers other than 2xx", {k: n for k, n in sorted(outcome.answers.items()) if not k[-3:].startswith("2")}),
        ("refused", outcome.refused),
        ("complaints of the services", dict(outcome.complaints.most_common(SHOWN))),
        ("account", figures(outcome)),
    ):
        _table(console, title, of)
    for name in LISTED:
        entries = getattr(outcome.account, name)
        for line in entries[:SHOWN]:
            console.print(f"{name}: {line}")
        if len(entries) > SHOWN:
            console.print(f"{name}: and {len(entries) - SHOWN} more")
    for service, said in outcome.live.items():
        console.print(f"/live of {service} at the end: {said}")


def figures(outcome: Outcome) -> dict[str, int]:
    """Return what one storm did and found, in numbers."""
    kept = outcome.account
    return {
        "faults": outcome.faults.total(),
        "pages": len(outcome.found.pages),
        "attempted": kept.attempted,
        "acknowledged": kept.acknowledged,
        "recovered (nobody was told)": kept.recovered,
        **{name.replace("_", " "): len(getattr(kept, name)) for name in LISTED},
        "unpublished": kept.unpublished,
        "events handled": sum(outcome.found.inboxes.values()),
        "papers refused to a supplier": len(outcome.unfetched),
        "confirmed and lost on purpose": outcome.lied,
        "minutes given up": outcome.found.given_up,
        "seconds to drain": round(outcome.drained_s),
        "seconds in all": round(outcome.seconds),
    }


def _table(console: Console, title: str, of: Mapping[str, int]) -> None:
    table = Table("", title, box=None)
    for name, figure in of.items():
        table.add_row(name, str(figure))
    if of:
        console.print(table)
