"""The operator's door of a process: `/live`, `/ready` and `/metrics`; not for the public."""

from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.service import Service
from shared.telemetry.health import Check, failures


def operations(services: Sequence[Service]) -> Starlette:
    """Return the web application that answers for `services`."""

    async def answer(checks: Sequence[Check]) -> Response:
        unwell = await failures(checks)
        return JSONResponse({"status": "fail" if unwell else "pass", "unwell": unwell}, 503 if unwell else 200)

    async def live(_: Request) -> Response:
        return await answer(live_checks(services))

    async def ready(_: Request) -> Response:
        return await answer([*live_checks(services), *(_named(s, c) for s in services for c in s.ready_checks)])

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/live", live), Route("/ready", ready), Route("/metrics", metrics)])


def live_checks(services: Sequence[Service]) -> list[Check]:
    """Return what `/live` asks."""
    return [_named(service, check) for service in services for check in service.live_checks]


def _named(service: Service, check: Check) -> Check:
    return Check(f"{service.name}.{check.name}", check.ask)
