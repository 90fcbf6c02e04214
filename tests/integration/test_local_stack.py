"""The local stack explains what it lacks, finds its way round what is taken, and leaves nothing."""

import os
import socket
from pathlib import Path

import psutil
import pytest

from deploy.local.part import PartFailed, ProgramMissing
from deploy.local.ports import free_port
from deploy.local.stack import LocalStack

pytestmark = pytest.mark.live


def children_in(folder: Path) -> list[psutil.Process]:
    """Our children that work in this folder."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if Path(child.cwd()).is_relative_to(folder):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


async def test_a_frozen_part_is_stopped_all_the_same(tmp_path: Path) -> None:
    """Stopping thaws first: a frozen server would never see the request to end."""
    async with LocalStack(tmp_path, ("s3",)) as stack:
        await stack.s3.freeze()
    assert not children_in(tmp_path)


async def test_a_missing_program_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Without the server's program the error says which, and how to get it."""
    with pytest.raises(ProgramMissing, match="secantusd-py is not installed") as caught:
        async with LocalStack(tmp_path, ("mongo",), search=str(tmp_path)):
            pytest.fail("it started")
    assert "make setup" in caught.value.remedy
    assert "AMTSBOTE_MONGO_URL" in caught.value.remedy


async def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path) -> None:
    """Another program on our port of last time costs us the number, not the start."""
    async with LocalStack(tmp_path, ("mongo",)) as first:
        port = int(first.mongo.url.split(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        async with LocalStack(tmp_path, ("mongo",)) as second:
            assert second.mongo.url != first.mongo.url
            await second.mongo.greet()


async def test_a_part_that_dies_at_its_start_shows_its_last_words(tmp_path: Path) -> None:
    """A server that cannot read its data ends at once; the error carries the end of its log."""
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "data").write_text("not a folder")
    with pytest.raises(PartFailed, match="mongo ended at its start") as caught:
        async with LocalStack(tmp_path, ("mongo",)):
            pytest.fail("it started")
    assert "mongo.log" in caught.value.remedy
    assert caught.value.last_words


async def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Two stacks on one folder would damage the data; the second says who holds it."""
    async with LocalStack(tmp_path, ()):
        with pytest.raises(PartFailed, match=f"already running .*process {os.getpid()}"):
            async with LocalStack(tmp_path, ()):
                pytest.fail("it started")
    async with LocalStack(tmp_path, ()):
        pass


async def test_a_port_taken_while_a_part_was_down_is_named(tmp_path: Path) -> None:
    """A part keeps its address for its lifetime; if somebody takes it, the error says so."""
    async with LocalStack(tmp_path, ("s3",)) as stack:
        port = int(stack.s3.url.rsplit(":", 1)[1].split("/")[0])
        await stack.s3.kill()
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", port))
            squatter.listen()
            with pytest.raises(PartFailed, match=f"port {port}.*is taken"):
                await stack.s3.start()
        await stack.s3.start()


async def test_a_server_of_somebody_else_that_is_down_names_its_setting(tmp_path: Path) -> None:
    """A wrong address is answered with the variable to check."""
    nobody = {"AMTSBOTE_S3_URL": f"http://key:secret@127.0.0.1:{free_port()}/bucket"}
    with pytest.raises(PartFailed, match="check AMTSBOTE_S3_URL") as caught:
        async with LocalStack(tmp_path, ("s3",), settings=nobody):
            pytest.fail("it started")
    assert "secret" not in str(caught.value)
