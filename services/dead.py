"""`python -m services dead`: messages nobody could handle - list, show, redrive, drop; never what they say."""

import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from shared.catalogue import consumed
from shared.errors import PublishError
from shared.messaging.dead import DeadQueues, Letter, Moved, RedriveRunningError, dead_queues, dead_queues_of
from shared.messaging.topology import UNROUTED, dead_name
from shared.partners import Partners
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

dead = typer.Typer(
    help="Messages nobody could handle: list, show, redrive, drop.", no_args_is_help=True, add_completion=False
)


def _dead_queue(name: str) -> str:
    """Refuse a queue at which services work: what waits there is not for us to move."""
    if not name.endswith(dead_name("")) and name != UNROUTED:
        raise typer.BadParameter(f"{name} is no dead queue; `python -m services dead list` names them")
    return name


Queue = Annotated[str, typer.Argument(help="A dead queue, as `dead list` names it.", callback=_dead_queue)]
EventId = Annotated[str | None, typer.Option(help="Only this event.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

FAILED = 1
LOOKED_AT = 1000

T = TypeVar("T")


class NoQueueError(Exception):
    """There is no queue of this name."""


@dead.command("list")
def list_queues(as_json: AsJson = False) -> None:  # noqa: FBT002 - typer's way to write a flag
    """Show each dead queue: how many messages, their reasons, and since when; exits with 0 also if there are some."""

    async def look(queues: DeadQueues) -> list[dict[str, Any]]:
        return [row for name in _all_dead_queues() if (row := await _summary(queues, name))]

    rows = _with_broker(look)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table(_whole("queue", rows), "messages", "reasons", "oldest failure", box=SIMPLE)
    for row in rows:
        reasons = "\n".join(f"{count} {reason}" for reason, count in row["reasons"].items())
        table.add_row(row["queue"], str(row["messages"]), reasons, _to_the_second(row["oldest"]))
    Console().print(table)


@dead.command()
def show(
    queue: Queue,
    limit: Annotated[int, typer.Option(help="How many messages at most.", min=1)] = 20,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show ids and reasons of the first messages, with --json their headers; they stay where they are."""
    letters = _with_broker(lambda queues: queues.look(queue, limit))
    if as_json:
        typer.echo(json.dumps([asdict(letter) for letter in letters], indent=2))
        return
    for letter in letters:
        typer.echo(_shown(letter))
    if not letters:
        typer.echo("it is empty")


@dead.command()
def redrive(
    queue: Queue,
    event_id: EventId = None,
    rate: Annotated[float | None, typer.Option(help="At most so many a second.", min=0.01)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Put messages back to work, each once an event; what fails again comes back here."""
    pause_s = 1 / rate if rate else 0
    _move(
        lambda queues: queues.redrive(queue, event_id=event_id, pause_s=pause_s, dry_run=dry_run),
        queue,
        event_id,
        as_json=as_json,
        note=" (dry run: nothing was moved)" if dry_run else "",
    )


@dead.command()
def drop(
    queue: Queue,
    event_id: EventId = None,
    everything: Annotated[bool, typer.Option("--all", help="All messages of the queue.")] = False,  # noqa: FBT002
    yes: Annotated[bool, typer.Option("--yes", help="I mean it: they cannot be had back.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Throw messages away for good; needs --event-id or --all, and --yes."""
    if everything == bool(event_id):
        raise typer.BadParameter("say which: --event-id ID, or --all")
    if not yes:
        raise typer.BadParameter("they cannot be had back: add --yes")
    _move(lambda queues: queues.drop(queue, event_id=event_id), queue, event_id, as_json=as_json)


def _move(
    work: Callable[[DeadQueues], AsyncGenerator[Moved, None]],
    queue: str,
    event_id: str | None,
    *,
    as_json: bool,
    note: str = "",
) -> None:
    """Carry `work` out with progress; exits with 1 if an event was asked for and is not there."""

    async def carry_out(queues: DeadQueues) -> Counter[str]:
        total = await queues.count(queue)
        if total is None:
            raise NoQueueError
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task(queue, total=total)
            return await _count(work(queues), lambda: progress.advance(task))

    moved = _with_broker(carry_out)
    if as_json:
        typer.echo(json.dumps(moved))
    else:
        typer.echo((", ".join(f"{count} {what}" for what, count in moved.items()) or "nothing to do") + note)
    if event_id and not moved:
        typer.echo(f"no event {event_id} in {queue}", err=True)
        raise typer.Exit(FAILED)


async def _count(moves: AsyncGenerator[Moved, None], tick: Callable[[], None]) -> Counter[str]:
    counted: Counter[str] = Counter()
    async with aclosing(moves) as open_moves:
        async for moved in open_moves:
            counted[moved.what] += 1
            tick()
    return counted


async def _summary(queues: DeadQueues, name: str) -> dict[str, Any] | None:
    count = await queues.count(name)
    if count is None:
        return None
    letters = await queues.look(name, min(count, LOOKED_AT))
    oldest = min((letter.first_seen for letter in letters if letter.first_seen), default=None)
    reasons = dict(Counter(letter.reason for letter in letters).most_common())
    return {"queue": name, "messages": count, "reasons": reasons, "oldest": oldest}


def _shown(letter: Letter) -> str:
    """Return two lines that fit any terminal: an id is there to be copied."""
    story = [letter.error, f"tries {letter.attempts}", f"redriven {letter.redriven}", f"{letter.size_bytes} bytes"]
    first = letter.first_seen and f"since {_to_the_second(letter.first_seen)}"
    came_by = letter.exchange and f"came by {letter.exchange} {letter.routing_key}"
    return f"{letter.event_id or '(no id)'}  {letter.reason}\n    " + ", ".join(filter(None, [*story, first, came_by]))


def _whole(title: str, rows: Sequence[Mapping[str, Any]]) -> Column:
    """Return a column that is never cut short."""
    return Column(title, min_width=max((len(row[title]) for row in rows), default=0))


def _to_the_second(instant: str | None) -> str:
    return f"{instant[:19].replace('T', ' ')} UTC" if instant else ""


def _all_dead_queues() -> list[str]:
    """Return the dead queue of every consumer of every service and partner, without loading a service."""
    partners = Partners.load(Connections().partners)
    return dead_queues_of(
        consumed()
        + [f"desk.{tool.id}" for tool in partners.tools]
        + [f"supplier.{supplier.id}" for supplier in partners.suppliers if supplier.way == "queue"]
    )


def _with_broker(work: Callable[[DeadQueues], Awaitable[T]]) -> T:
    """Run `work` on the broker; a failure that a person can mend is told in a line, with exit status 1."""
    configure_logs(logging.ERROR)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # we say it ourselves, in a line

    async def run() -> T:
        async with dead_queues(Connections().rabbit_url.get_secret_value()) as queues:
            return await work(queues)

    try:
        return asyncio.run(run())
    except RedriveRunningError:
        reason = "another redrive or drop is running; wait for its end"
    except (ChannelNotFoundEntity, NoQueueError):
        reason = "there is no such queue; `python -m services dead list` names them"
    except PublishError as error:
        reason = f"the broker did not take a message ({error}); it and the rest are still in the queue"
    except (AMQPError, OSError) as error:
        reason = f"the broker does not answer ({type(error).__name__}); is AMTSBOTE_RABBIT_URL right?"
    typer.echo(reason, err=True)
    raise typer.Exit(FAILED)
