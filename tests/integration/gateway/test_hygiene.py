"""What holds for every request: problems, headers, tags, limits, and a log that says nothing it should not."""

import asyncio
import json
import select
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
import structlog
from openapi_spec_validator import validate
from structlog.testing import capture_logs

from shared.settings import Connections
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import TOKENS, Caller, Phone, key, picture, window
from tests.integration.gateway.test_site import OURS
from tests.waiting import until

pytestmark = pytest.mark.live


async def test_every_error_is_a_problem(phone: Phone) -> None:
    """Unknown routes, wrong methods, broken JSON and wrong fields are problems, in German or English."""
    as_json = {"Content-Type": "application/json", **key()}
    cases = [
        (await phone.get("/nowhere"), 404, "route.missing"),
        (await phone.put("/v1/documents"), 405, "method.not_allowed"),
        (await phone.post("/v1/documents", content=b"{", headers=as_json), 400, "request.malformed"),
        (await phone.post("/v1/documents", content=b"\xff\xfe", headers=as_json), 400, "request.malformed"),
        (await phone.post("/v1/documents", json={"pages": []}, headers=key()), 422, "request.invalid"),
        (await phone.get("/v1/pages/no-id"), 422, "request.invalid"),
    ]
    for answer, status, code in cases:
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert answer.headers["content-language"] == "de"
    english = await phone.get("/nowhere", headers={"Accept-Language": "en"})
    assert (cases[0][0].json()["title"], english.json()["title"]) == ("Nicht gefunden", "Not found")


async def test_what_was_sent_is_not_echoed(door: Door, phone: Phone) -> None:
    """A problem names the field, never its content; an event takes over a trace, and nothing else."""
    body = {**window(), "topic": "Erika Mustermann", "window_start": "Musterstraße 1"}
    answer = await phone.post("/v1/callbacks", json=body, headers=key())
    assert {error["field"] for error in answer.json()["errors"]} == {"topic", "window_start"}
    assert "Muster" not in answer.text
    unknown = await phone.post("/v1/callbacks", json={**window(), "Erika Mustermann": 1}, headers=key())
    assert unknown.json()["errors"] == [{"field": "", "reason": "extra_forbidden"}]
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    for sent, kept in ((trace, trace), ("Erika Mustermann", None)):
        name = (await phone.post("/v1/callbacks", json=window(), headers={**key(), "traceparent": sent})).json()
        [event] = await door.heard(name["callback_id"], "callback.requested.v1")
        assert event.get("traceparent") == kept


async def test_json_beyond_the_limit_is_refused(phone: Phone) -> None:
    """64 KB are enough for JSON, also if the client does not say how much it sends."""

    async def chunks() -> object:
        for _ in range(70):
            yield b" " * 1024

    for content in (b" " * 70_000, chunks()):
        answer = await phone.post("/v1/documents", content=content, headers=key())  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


BODIES = (("/v1/documents", "application/json"), ("/v1/pages", "multipart/form-data; boundary=x"))


def _head(phone: Phone, path: str, kind: str) -> bytes:
    """Return a request's head, and the first byte of its body."""
    lines = [f"POST {path} HTTP/1.1", "Host: gateway", f"Authorization: {phone.headers['Authorization']}"]
    lines += [f"Content-Type: {kind}", "Idempotency-Key: slow-client", "Content-Length: 1000", "", "-"]
    return "\r\n".join(lines).encode()


async def test_client_that_falls_silent_is_let_go(phone: Phone, connections: Connections) -> None:
    """Who sends half a body and then nothing is answered 408, for JSON as for pictures."""
    async with Door(connections, client_silence_s=0.2) as strict:
        for path, kind in BODIES:
            reader, writer = await asyncio.open_connection("127.0.0.1", strict.port)
            writer.write(_head(phone, path, kind))
            async with asyncio.timeout(20):
                assert (await reader.readline()).split()[1] == b"408"
            writer.close()


async def test_client_that_goes_away_is_no_failure_of_ours(
    door: Door, phone: Phone, logged: list[dict[str, object]]
) -> None:
    """A phone that loses its network in the middle of a picture is not told, and not counted, as our own error."""
    path, kind = BODIES[1]
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(_head(phone, path, kind))
    await writer.drain()
    writer.transport.abort()
    await until(lambda: _events(logged), what=lambda: "the request's end")
    assert await _events(logged) == ["request.handled"]
    assert (logged[-1]["status"], logged[-1]["problem"]) == (408, "request.too_slow")


async def _events(logged: list[dict[str, object]]) -> list[object]:
    return [line["event"] for line in logged if str(line["event"]).startswith("request.")]


async def test_client_that_drips_is_let_go(phone: Phone, connections: Connections) -> None:
    """Who keeps sending a little, but takes too long in all, is answered 408, for JSON as for pictures."""
    async with Door(connections, client_body_s=0.5) as strict:
        for path, kind in BODIES:
            begun = _head(phone, path, kind) + b"-x\r\n"  # a form that can still become one
            assert (await asyncio.to_thread(_drip, strict.port, begun)).split()[1] == b"408"


def _drip(port: int, begun: bytes) -> bytes:
    """Send what is begun, then a little every 50 ms; return what is answered, even if the connection is closed by then.

    An asyncio stream that writes to a closed connection forgets what it was told before.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(begun)
        while not select.select([line], [], [], 0.05)[0]:
            with suppress(ConnectionError):
                line.send(b"a")
        return line.recv(1000)


async def test_answers_are_tagged(phone: Phone) -> None:
    """Whoever has an answer already gets 304 and no body; a changed answer comes whole. HEAD has no body."""
    page_id = await phone.page()
    for path in (f"/v1/pages/{page_id}", f"/v1/pages/{page_id}/original", "/v1/documents"):
        first = await phone.get(path)
        again = await phone.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        head = await phone.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    await phone.submit([page_id])
    changed = await phone.get("/v1/documents", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_security_headers_are_everywhere(phone: Phone) -> None:
    """No sniffing, no scripts, no referrer, no caching of personal data; strict transport only behind https."""
    page_id = await phone.page()
    for path in ("/v1/documents", f"/v1/pages/{page_id}/original", "/nowhere"):
        headers = (await phone.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
        assert "strict-transport-security" not in headers
    behind = await phone.get("/v1/documents", headers={"X-Forwarded-Proto": "https"})
    assert behind.headers["strict-transport-security"].startswith("max-age=")


async def test_rates_are_limited_and_told(phone: Phone, connections: Connections) -> None:
    """A client sees what is left, and is told how long to wait when nothing is."""
    async with Door(
        connections, rate_citizen="3/minute", rate_unknown="2/minute", rate_activation="1/minute"
    ) as strict:
        async with Phone(strict.url, phone.headers["Authorization"].removeprefix("Bearer ")) as same:
            answers = [await same.get("/v1/documents") for _ in range(4)]
        async with Caller(strict.url, "guess") as guesser:
            guesses = [await guesser.get("/v1/documents") for _ in range(3)]
            guesser.headers["Authorization"] = f"Bearer {TOKENS['energy']}"
            neighbour = await guesser.get("/v1/packets/none")
            codes = [await guesser.post("/v1/activations", json={"code": "AAAA"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"citizen";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"citizen";r=2;t=')
    assert 0 < int(answers[3].headers["retry-after"]) <= 60
    assert [guess.status_code for guess in guesses] == [401, 401, 429]
    assert neighbour.json()["code"] == "packet.missing"  # known tokens come in from an address that guesses
    assert [answer.status_code for answer in codes] == [422, 429]


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    """What is logged meanwhile."""
    with capture_logs([structlog.contextvars.merge_contextvars]) as entries:
        yield entries  # type: ignore[misc] # structlog's own mapping type


async def test_log_has_one_line_per_request_without_secrets(phone: Phone, logged: list[dict[str, object]]) -> None:
    """A line names route template, status and ids, and no token, link, key, file name or picture."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    named = {"X-Request-ID": "my-own-request-id"}
    await phone.get("/v1/packets/secret-link-text?name=Mustermann", headers=named)
    await phone.post("/v1/pages", files={"file": ("Mustermann.jpg", picture())}, headers=key("a-secret-key"))
    lines = [line for line in logged if line["event"] == "request.handled"]
    assert [line["route"] for line in lines] == ["/v1/packets/{link}", "/v1/pages"]
    assert lines[0]["request_id"] == "my-own-request-id"
    assert not any(word in str(logged) for word in (token, "secret", "Mustermann"))


async def test_kept_answers_hold_no_address(door: Door, phone: Phone) -> None:
    """An address is nowhere once its channel is off, nor in what is kept of the request that opened it."""
    cookies = {"amtsbote": phone.headers["Authorization"].removeprefix("Bearer ")}
    wish = {"kind": "email", "address": "erika@example.org"}
    (await phone.post("/v1/channels", json=wish, headers=key())).raise_for_status()
    async with loopback.client(base_url=door.url, headers=OURS, cookies=cookies) as browser:
        assert (await browser.post("/channels/email", data={**wish, "key": "again"})).status_code == 303
    kept = await door.database.answers.find({"_id": {"$regex": phone.citizen_id}}).to_list(None)
    assert len(kept) == 2
    assert "erika" not in str(kept)


async def test_openapi_is_valid_and_describes_problems(phone: Phone) -> None:
    """The document is valid OpenAPI 3.1, names the schemes, and describes errors as they are sent."""
    document = (await phone.get("/openapi.json")).json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) == {"device", "tool", "supplier"}
    assert "HTTPValidationError" not in json.dumps(document)
    submit = document["paths"]["/v1/documents"]["post"]
    assert "application/problem+json" in submit["responses"]["409"]["content"]
    assert {p["name"] for p in submit["parameters"]} == {"Idempotency-Key", "Acting-For"}


async def test_events_are_described(phone: Phone) -> None:
    """The catalogue of events is served, and knows the receipt's event."""
    document = (await phone.get("/asyncapi.json")).json()
    assert document["asyncapi"].startswith("3.")
    assert "document.submitted.v1" in json.dumps(document)


async def test_limits_are_stated(phone: Phone) -> None:
    """Whoever asks is told sizes, numbers, formats and rates."""
    limits = (await phone.get("/v1/limits")).json()
    assert (limits["max_file_bytes"], limits["max_pages_per_document"]) == (50 * 1024 * 1024, 30)
    assert "image/heic" in limits["media_types"]
