"""`python -m services partners`: who may subscribe and receive; new secrets are shown once and never again."""

import base64
import json
import secrets
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import HttpUrl, SecretStr, TypeAdapter, ValidationError

from services.broker_admin import BrokerAdmin, BrokerAdminError, ManagementSettings
from services.partners_file import locked, write
from shared.events.event import Code
from shared.messaging.topology import DESK, SUPPLIER
from shared.partners import Partners, Supplier, Tool, hash_token
from shared.settings import Connections

partners = typer.Typer(
    help="Caseworker tools and energy suppliers: add, list, remove.", no_args_is_help=True, add_completion=False
)

Id = Annotated[str, typer.Argument(help="Small letters, digits, `_` and `.`; it cannot be changed later.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AsEnv = Annotated[bool, typer.Option("--env", help="Print `export` lines with the settings of our examples.")]

# What our examples call what we print.
TOOL_ENV = {"amqp_url": "AMTSBOTE_TOOL_URL", "token": "AMTSBOTE_TOOL_TOKEN"}
SUPPLIER_ENV = {
    "amqp_url": "AMTSBOTE_SUPPLIER_URL",
    "token": "AMTSBOTE_SUPPLIER_TOKEN",
    "webhook_secret": "AMTSBOTE_SUPPLIER_SECRET",
}

FAILED = 1


@partners.command("add-tool")
def add_tool(
    tool_id: Id,
    *,
    team: Annotated[str, typer.Option(help="The team whose alerts it receives and whose documents it may read.")],
    as_json: AsJson = False,
    as_env: AsEnv = False,
) -> None:
    """Add a caseworker tool: a token for the gateway, and a login and a queue of its own at the broker."""
    token, password = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with _changing() as (connections, known):
        _free(known, tool_id)
        tool = Tool(id=_code(tool_id), team=_code(team), token_sha256=hash_token(token))
        broker, queue = _broker(connections), f"desk.{tool_id}"
        broker.add_queue(queue, exchange=DESK, routing_key=f"team.{team}.*")
        _add_login(broker, queue, password)
        write(connections.partners, known.model_copy(update={"tools": (*known.tools, tool)}))
        amqp_url = broker.amqp_url(queue, password)
    shown = {"id": tool_id, "team": team, "token": token, "queue": queue, "amqp_url": amqp_url}
    _show(shown, as_json=as_json, env=TOOL_ENV if as_env else None)


@partners.command("add-supplier")
def add_supplier(
    supplier_id: Id,
    *,
    name: Annotated[str, typer.Option(help="The name citizens know it by.")],
    queue: Annotated[bool, typer.Option("--queue", help="Tell it by a queue of its own at the broker.")] = False,
    webhook: Annotated[str | None, typer.Option(help="Tell it by signed POSTs to this URL.")] = None,
    as_json: AsJson = False,
    as_env: AsEnv = False,
) -> None:
    """Add an energy supplier: a token for the gateway, and one way to tell it of packets."""
    if queue == bool(webhook):
        raise typer.BadParameter("choose one way: --queue or --webhook URL")
    token, shown = secrets.token_urlsafe(32), {"id": supplier_id}
    with _changing() as (connections, known):
        _free(known, supplier_id)
        supplier = Supplier(
            id=_code(supplier_id),
            name=name,
            way="queue" if queue else "webhook",
            token_sha256=hash_token(token),
            webhook_url=_url(webhook) if webhook else None,
            webhook_secret=_webhook_secret() if webhook else None,
        )
        shown |= {"token": token} | _way_for(supplier, connections)
        write(connections.partners, known.model_copy(update={"suppliers": (*known.suppliers, supplier)}))
    _show(shown, as_json=as_json, env=SUPPLIER_ENV if as_env else None)


@partners.command("update")
def update() -> None:
    """Set the limits of all partners' queues and logins at the broker, also of those added by an older version."""
    with _changing() as (connections, known):
        broker, limits = _broker(connections), ManagementSettings().limits
        broker.limit_queues(limits)
        for queue in _queues(known).values():
            broker.limit_login(queue, limits)
    typer.echo(f"{len(_queues(known))} queues and logins up to date")


@partners.command("waiting")
def show_waiting(*, as_json: AsJson = False) -> None:
    """Show what waits in partners' queues, and who of them reads nothing: a person should call them."""
    try:
        connections = Connections()
        broker, queues = _broker(connections), _queues(Partners.load(connections.partners))
        rows = [(partner, *broker.waiting(queue)) for partner, queue in queues.items()]
    except BrokerAdminError as error:
        raise _failed(str(error)) from error
    except ValueError as error:
        raise _unreadable() from error
    if as_json:
        typer.echo(json.dumps([{"id": row[0], "messages": row[1], "consumers": row[2]} for row in rows]))
        return
    for partner, messages, consumers in rows:
        typer.echo(f"{partner}  {messages} waiting" + ("  nobody reads" if messages and not consumers else ""))


@partners.command("list")
def list_partners(*, as_json: AsJson = False) -> None:
    """List partners; secrets are never shown again."""
    try:
        known = Partners.load(Connections().partners)
    except ValueError as error:
        raise _unreadable() from error
    tools = [{"kind": "tool", "id": tool.id, "team": tool.team} for tool in known.tools]
    suppliers = [{"kind": "supplier", "id": s.id, "name": s.name, "way": s.way} for s in known.suppliers]
    rows = [*tools, *suppliers]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo("  ".join(row.values()))
    if not rows:
        typer.echo("no partners yet; see `add-tool --help` and `add-supplier --help`")


@partners.command("remove")
def remove(partner_id: Id) -> None:
    """Remove a partner: its token and login end at once; a queue in which something waits is kept."""
    with _changing() as (connections, known):
        tools = tuple(tool for tool in known.tools if tool.id != partner_id)
        suppliers = tuple(supplier for supplier in known.suppliers if supplier.id != partner_id)
        if len(tools) + len(suppliers) == len(known.tools) + len(known.suppliers):
            raise typer.BadParameter(f"no partner {partner_id!r}; see `python -m services partners list`")
        # The file last: what could not be ended at the broker can then be removed again.
        waiting = _end_queue(f"desk.{partner_id}" if tools != known.tools else f"supplier.{partner_id}", connections)
        write(connections.partners, Partners(tools=tools, suppliers=suppliers))
    typer.echo(f"removed {partner_id}" + ("; its queue is kept, as messages wait in it" if waiting else ""))


@contextmanager
def _changing() -> Iterator[tuple[Connections, Partners]]:
    """Hold the partners file; what stands in the way is told in one line, with an exit code."""
    connections = Connections()
    try:
        with locked(connections.partners) as known:
            yield connections, known
    except BrokerAdminError as error:
        raise _failed(str(error)) from error
    except OSError as error:
        raise _failed(f"cannot write {connections.partners}: {error.strerror}; see AMTSBOTE_PARTNERS") from error
    except ValidationError as error:
        raise _unreadable() from error


def _way_for(supplier: Supplier, connections: Connections) -> dict[str, str]:
    """Set up the way a supplier is told by, and return what it must know of it."""
    if supplier.webhook_secret:
        secret = supplier.webhook_secret.get_secret_value()
        return {"webhook_url": str(supplier.webhook_url), "webhook_secret": secret}
    broker, queue, password = _broker(connections), f"supplier.{supplier.id}", secrets.token_urlsafe(32)
    broker.add_queue(queue, exchange=SUPPLIER, routing_key=supplier.id)
    _add_login(broker, queue, password)
    return {"queue": queue, "amqp_url": broker.amqp_url(queue, password)}


def _add_login(broker: BrokerAdmin, queue: str, password: str) -> None:
    limits = ManagementSettings().limits
    broker.limit_queues(limits)
    broker.add_login(queue, password)
    broker.limit_login(queue, limits)


def _queues(known: Partners) -> dict[str, str]:
    """Return the queue of each partner that has one, by the partner's id."""
    tools = {tool.id: f"desk.{tool.id}" for tool in known.tools}
    return tools | {s.id: f"supplier.{s.id}" for s in known.suppliers if s.way == "queue"}


def _end_queue(queue: str, connections: Connections) -> bool:
    """End a partner's login and queue; tell whether messages keep the queue."""
    broker = _broker(connections)
    broker.remove_login(queue)
    return broker.remove_queue(queue)


def _broker(connections: Connections) -> BrokerAdmin:
    settings = ManagementSettings()
    return BrokerAdmin(settings.rabbit_management_url, connections.rabbit_url, settings.rabbit_public_url)


def _webhook_secret() -> SecretStr:
    """Return 32 random bytes in the form of Standard Webhooks."""
    return SecretStr("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())


def _free(known: Partners, partner_id: str) -> None:
    if partner_id in {*(tool.id for tool in known.tools), *(supplier.id for supplier in known.suppliers)}:
        raise typer.BadParameter(f"{partner_id!r} is already a partner; remove it first to give it new secrets")


def _code(text: str) -> str:
    try:
        return TypeAdapter(Code).validate_python(text)
    except ValidationError:
        raise typer.BadParameter(f"{text!r}: use small letters, digits, `_` and `.`, and begin with a letter") from None


def _url(text: str) -> HttpUrl:
    try:
        return HttpUrl(text)
    except ValidationError:
        raise typer.BadParameter(f"{text!r} is not a URL; a webhook looks like https://supplier.example/hook") from None


def _show(values: dict[str, str], *, as_json: bool, env: Mapping[str, str] | None) -> None:
    if as_json:
        typer.echo(json.dumps(values))
        return
    for name, value in values.items():
        if env is None:
            typer.echo(f"{name:<15} {value}")
        elif name in env:
            typer.echo(f"export {env[name]}={shlex.quote(value)}")
    typer.echo("Keep the secrets now: they are not shown again.", err=True)


def _unreadable() -> typer.Exit:
    return _failed("the partners file is damaged; restore it from a backup, or move it away and add partners anew")


def _failed(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(FAILED)
