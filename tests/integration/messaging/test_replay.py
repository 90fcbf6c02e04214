"""`python -m services replay`: an operator has events announced again, and a partner gets its own and no other's."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.local.stack import LocalStack
from services.command import command
from shared.clock import utc_now
from shared.events.event import Fact
from shared.events.notify import AlertRaised, ForwardSent
from shared.messaging.topology import DESK, EVENTS, declare_with_dead
from shared.partners import Partners, Tool, hash_token
from shared.service import Service
from shared.settings import Connections
from tests.contract.events import sample
from tests.integration.messaging.conftest import Composer, up
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[3]
PROJECT = "gateway.project"
Replay = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def replay(stack: LocalStack, connections: Connections, tmp_path: Path) -> Replay:
    """Run the command on this test's servers; return exit code and output. There are tools of two teams."""
    partners = tmp_path / "partners.json"
    tools = [Tool(id=team, team=team, token_sha256=hash_token(team)) for team in ("power_cut", "benefits")]
    partners.write_text(Partners(tools=tuple(tools)).model_dump_json())
    environment = {
        **os.environ,
        **stack.environment,
        "AMTSBOTE_RABBIT_URL": connections.rabbit_url.get_secret_value(),
        "AMTSBOTE_DATABASE_PREFIX": connections.database_prefix,
        "AMTSBOTE_PARTNERS": str(partners),
    }

    async def run(*words: str, since: timedelta = timedelta(hours=1)) -> tuple[int, str]:
        command = (sys.executable, "-m", "services", "replay", "--since", (utc_now() - since).isoformat(), *words)
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=-1, stderr=-2)
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    return run


def fact_of(kind: type[Fact], **changes: str) -> Fact:
    """Return the fact of a golden sample."""
    return kind.model_validate({**sample(kind)["data"], **changes})


async def announced(service: Service, outside: Outside) -> None:
    """Have `notify` announce two alerts for one team and a forward, and wait until the broker confirmed all."""
    channel = await outside.channel()
    await declare_with_dead(channel, PROJECT, EVENTS, (AlertRaised.type, ForwardSent.type))
    for team in ("power_cut", "benefits"):
        await declare_with_dead(channel, f"desk.{team}", DESK, (f"team.{team}.*",))
    async with service.ledger.begin() as work:
        for _ in range(2):
            work.announce(fact_of(AlertRaised, team="power_cut"))
            work.announce(fact_of(AlertRaised), exchange=DESK, routing_key="team.power_cut.document_filed")
        work.announce(fact_of(ForwardSent))
    await until(lambda: _outbox_is_empty(service))
    assert await taken(outside, PROJECT) == 3
    assert await taken(outside, "desk.power_cut") == 2


async def taken(outside: Outside, queue: str) -> int:
    """Empty a queue; return how many messages were in it."""
    count = 0
    while await outside.take(queue):
        count += 1
    return count


async def test_operator_replays_what_was_lost(compose_service: Composer, outside: Outside, replay: Replay) -> None:
    """A dry run counts by type and moves nothing; a replay brings all, one type, or what belongs to one queue."""
    await announced(await up(compose_service("notify")), outside)
    code, counted = await replay("--dry-run", "--json")
    assert (code, json.loads(counted)) == (0, {AlertRaised.type: 2, ForwardSent.type: 1})
    assert await taken(outside, PROJECT) == 0
    code, told = await replay()
    assert (code, "3 events announced again" in told) == (0, True)
    assert (await taken(outside, PROJECT), await taken(outside, "desk.power_cut")) == (3, 0)
    assert await replay("--type", ForwardSent.type, "--json") == (0, json.dumps({ForwardSent.type: 1}) + "\n")
    assert await taken(outside, PROJECT) == 1
    assert json.loads((await replay("--to", PROJECT, "--json"))[1]) == {AlertRaised.type: 2, ForwardSent.type: 1}
    assert await taken(outside, PROJECT) == 3
    assert (await replay("--json", since=timedelta(hours=-1)))[1] == "{}\n"


async def test_partner_gets_its_own_and_no_others(compose_service: Composer, outside: Outside, replay: Replay) -> None:
    """A tool's queue gets the alerts of its team again; another team's tool gets nothing of them."""
    await announced(await up(compose_service("notify")), outside)
    assert json.loads((await replay("--to", "desk.benefits", "--json"))[1]) == {}
    code, said = await replay("--to", "desk.power_cut", "--json")
    assert (code, json.loads(said)) == (0, {"team.power_cut.document_filed": 2})
    assert (await taken(outside, "desk.power_cut"), await taken(outside, "desk.benefits")) == (2, 0)
    assert await taken(outside, PROJECT) == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--since", "yesterday"), "is not a time such as"),
        (("--since", "2026-11-30T14:00", "--to", "nobody.knows"), "there is no queue"),
        (("--since", "2026-11-30T14:00", "--to", "callback.count", "--type", "page.checked.v1"), "does not receive"),
        ((), "Missing option"),
    ],
)
def test_wrong_words_are_told(words: tuple[str, ...], reason: str) -> None:
    """What cannot be done is refused with exit code 2, before any server is asked."""
    refused = CliRunner().invoke(command, ["replay", *words], env={"COLUMNS": "200"})
    assert (refused.exit_code, reason in refused.output) == (2, True)


def test_server_that_is_away_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database or a broker the exit code is 1, and one line says which."""
    monkeypatch.setenv("AMTSBOTE_MONGO_URL", "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100")
    words = ["replay", "--since", utc_now().isoformat()]
    away = CliRunner().invoke(command, [*words, "--dry-run"])
    assert (away.exit_code, away.output.count("\n"), "AMTSBOTE_MONGO_URL" in away.output) == (1, 1, True)
    monkeypatch.setenv("AMTSBOTE_RABBIT_URL", "amqp://127.0.0.1:9/")
    away = CliRunner().invoke(command, words)
    assert (away.exit_code, away.output.count("\n"), "AMTSBOTE_RABBIT_URL" in away.output) == (1, 1, True)


async def _outbox_is_empty(service: Service) -> bool:
    return not await service.database.outbox.count_documents({})
