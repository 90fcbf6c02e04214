"""A page: a template filled in the reader's language, compressed, and kept from doing anything but what it should."""

import hashlib
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.domain.texts import direction_of
from services.gateway.pages.acting import base_of, values_of
from services.gateway.pages.compression import LEAST, compressed, encoding_of, kept_compressed
from services.gateway.pages.language import keep_choice, language_of
from services.gateway.pages.look import look_of
from services.gateway.routes.parts import parts_of

# Icons of the design system are `data:` masks; `blob:` is a picture the citizen just took, shown before it is sent.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",  # with `no-referrer` a browser hides its origin from our own forms, too
}


def page(request: Request, template: str, status: int = 200, *, at_once: bool = False, **values: Any) -> Response:
    """Return a page; templates find the values, and `request`, `texts`, `office`, `language` among others.

    One to be seen `at_once` brings its styles along: a browser that has none of them waits for one answer, not two.
    """
    look, language = look_of(request), language_of(request)
    styles = look.assets.styles(direction_of(language)) if at_once else None
    usual = {
        "request": request,
        "look": look,
        "office": look.office,
        "language": language,
        "direction": direction_of(language),
        "translations": look.words.catalogues[language],
        "texts": parts_of(request).texts,
        "signed_in": getattr(request.state, "principal", None) is not None,
        "device": _mark_of(request),
        "styles": styles,
        **values_of(request),
    }
    html = look.templates.get_template(template).render({**usual, **values})
    response = _dressed(request, html.encode(), status, everybodys=at_once and request.method == "GET")
    response.headers["content-language"] = language
    if styles:
        policy = POLICY.replace("style-src 'self'", f"style-src 'self' {styles.source}")
        response.headers["content-security-policy"] = policy
    keep_choice(request, response)
    return response


def may_film(response: Response) -> Response:
    """Let a page ask for the camera, or whether there is one; the phone's own camera app needs no leave of ours."""
    response.headers["permissions-policy"] = HEADERS["permissions-policy"].replace("camera=()", "camera=(self)")
    return response


def _mark_of(request: Request) -> str | None:
    """Return what tells this device from the ones before it in the same browser, and says nothing else."""
    device_id = getattr(request.state, "device_id", None)
    return hashlib.sha256(f"device {device_id}".encode()).hexdigest()[:16] if device_id else None


def leave_for(request: Request, path: str) -> Response:
    """Send the browser on to a page of ours, after a form took effect: a reload then repeats nothing.

    Who acts for somebody goes on acting for them.
    """
    response = RedirectResponse(base_of(request) + path, 303, HEADERS)
    keep_choice(request, response)
    return response


def _dressed(request: Request, body: bytes, status: int, *, everybodys: bool) -> Response:
    headers = {**HEADERS, "vary": "Accept-Encoding, Cookie"}
    encoding = encoding_of(request.headers.get("accept-encoding", "")) if len(body) >= LEAST else None
    if encoding:
        everybodys = everybodys and not request.url.query  # which stands in the page
        body = (kept_compressed if everybodys else compressed)(body, encoding)
        headers["content-encoding"] = encoding
    return Response(body, status, headers, "text/html")
