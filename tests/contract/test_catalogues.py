"""The catalogues say what the code does: complete, well-formed, up to date, and served."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic_core import from_json

from services.catalogue import catalogues, drift
from services.run import load
from shared.catalogue import ASYNCAPI, OPENAPI, consumed
from shared.settings import Connections
from tests.architecture.tree import ROOT, files, name_of
from tests.contract.events import facts


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine, so that the catalogues are those of the code."""
    for name in [name for name in os.environ if name.startswith("AMTSBOTE_")]:
        monkeypatch.delenv(name)


def kept(path: Path) -> dict[str, Any]:
    """Return a catalogue as it is committed."""
    document: dict[str, Any] = from_json(path.read_bytes())
    return document


def references(value: Any) -> Iterator[str]:
    """Yield every reference within a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from references(inner)


def resolves(document: Any, reference: str) -> bool:
    """Tell whether a reference such as `#/components/schemas/X` leads somewhere."""
    for part in reference.removeprefix("#/").split("/"):
        document = document.get(unquote(part)) if isinstance(document, dict) else None
    return document is not None


@pytest.mark.usefixtures("settings")
async def test_catalogues_are_up_to_date() -> None:
    """What is committed is what the code says; else run `python -m services catalogue`."""
    for path, text in (await catalogues()).items():
        assert drift(path, text) == []


def test_drift_is_named(tmp_path: Path) -> None:
    """The lines that differ are shown, and a missing file is a difference."""
    (tmp_path / "a.json").write_text('{\n  "a": 1\n}\n')
    assert {'-  "a": 1', '+  "a": 2'} <= set(drift(tmp_path / "a.json", '{\n  "a": 2\n}\n'))
    assert drift(tmp_path / "missing.json", "{}\n")


def test_check_fails_on_drift(tmp_path: Path) -> None:
    """`catalogue --check` exits with 1, names the difference, and writes nothing."""
    for path in files():
        if name_of(path).startswith(("services/", "shared/", "docs/")):
            target = tmp_path / name_of(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    copy = tmp_path / name_of(ASYNCAPI)
    copy.write_text(copy.read_text().replace('"callback.missed.v1"', '"callback.lost.v1"'))
    before = copy.read_text()
    result = subprocess.run(
        [sys.executable, "-m", "services", "catalogue", "--check"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1, result.stderr
    assert "asyncapi.json: OUT OF DATE" in result.stdout
    assert "openapi.json: up to date" in result.stdout
    assert "callback.lost.v1" in result.stderr
    assert copy.read_text() == before


def test_asyncapi_is_whole() -> None:
    """Every event has its channel, every service's consumers are there, and every reference resolves."""
    document = kept(ASYNCAPI)
    assert document["asyncapi"] == "3.0.0"
    addresses = {channel["address"] for channel in document["channels"].values()}
    offered = {"packet.offered.v1"}  # suppliers receive it under their own key
    assert {fact.type for fact in facts()} - offered <= addresses
    assert {"team.{team}.{kind}", "{supplier}"} <= addresses
    assert {"callback.promise", "callback.count", "upload.check", "notify.follow"} <= document["operations"].keys()
    assert document["operations"]["callback.count"]["action"] == "receive"
    broken = {ref for ref in references(document) if not resolves(document, ref)}
    assert not broken


def test_openapi_is_valid() -> None:
    """The gateway's document is OpenAPI 3.1, by the specification's own schema."""
    document = kept(OPENAPI)
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


@pytest.mark.usefixtures("settings")
async def test_both_are_served_by_the_gateway() -> None:
    """Anybody can read them where the events and calls are."""
    (gateway,) = load(["gateway"], Connections.model_validate({"link_secret": "x" * 40}))
    assert gateway.web
    assert {queue for queue in consumed() if queue.startswith("gateway.")} == gateway.consumers.keys()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway.web), base_url="http://gateway") as client:
        assert (await client.get("/asyncapi.json")).json() == kept(ASYNCAPI)
        assert (await client.get("/openapi.json")).json() == kept(OPENAPI)
    gateway.client.close()
    gateway.objects.close()


def test_container_carries_the_catalogue() -> None:
    """The image holds the file that the gateway serves, and nothing keeps it out."""
    assert f"COPY {name_of(ASYNCAPI)} docs/" in (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    assert f"!{name_of(ASYNCAPI)}" in (ROOT / ".dockerignore").read_text().splitlines()
