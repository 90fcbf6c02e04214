"""The types of letter that the project can write, each in several variants."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Final, get_args

from examples.paper.letter import Kind, Letter, Person
from examples.paper.letters import bank, bill, heating, job, powercut, tenancy, wage
from examples.paper.letters.draft import Draft
from examples.paper.people import person

Writer = Callable[[Draft], Letter]

WRITERS: Final[dict[Kind, tuple[Writer, int]]] = {
    "sperrankuendigung": (powercut.announcement, 3),
    "sperrandrohung": (powercut.threat, 3),
    "stromrechnung": (bill.electricity, 2),
    "heizkostenabrechnung": (heating.settlement, 2),
    "mietvertrag": (tenancy.contract, 2),
    "lohnabrechnung": (wage.payslip, 2),
    "arbeitsvertrag": (job.contract, 2),
    "kontoauszug": (bank.statement, 2),
}
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def write(
    kind: Kind,
    rng: Random,
    on: date,
    *,
    variant: int | None = None,
    recipient: Person | None = None,
    cut_on: date | None = None,
) -> Letter:
    """Write one letter dated ``on``; the same ``rng`` state gives the same letter.

    Args:
        kind: what sort of letter.
        rng: where every invented fact comes from.
        on: the date printed on the letter.
        variant: which wording, from 0; drawn if not given.
        recipient: who gets it; invented if not given.
        cut_on: for a ``sperrankuendigung`` the announced day; drawn if not given.

    Raises:
        ValueError: there is no such variant, or the power would be cut sooner than the law allows.
    """
    writer, variants = WRITERS[kind]
    chosen = rng.randrange(variants) if variant is None else variant
    if not 0 <= chosen < variants:
        raise ValueError(f"{kind} has the variants 0 to {variants - 1}, not {chosen}")
    return writer(Draft(rng, on, chosen, recipient or person(rng), cut_on))
