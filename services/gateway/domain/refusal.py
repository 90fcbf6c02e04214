"""Why a request is refused: a code for machines; the texts for people are in `languages/`."""

from typing import Any

STATUS = {
    "request.malformed": 400,
    "request.invalid": 422,
    "request.too_slow": 408,
    "request.too_large": 413,
    "request.cross_site": 403,
    "cursor.invalid": 400,
    "idempotency_key.missing": 400,
    "idempotency_key.invalid": 400,
    "idempotency_key.reused": 409,
    "token.missing": 401,
    "token.unknown": 401,
    "token.other_role": 403,
    "route.missing": 404,
    "method.not_allowed": 405,
    "rate.exceeded": 429,
    "events.too_many": 429,
    "uploads.too_many": 429,
    "downloads.too_many": 429,
    "code.invalid": 422,
    "login.cancelled": 400,
    "login.failed": 400,
    "login.unavailable": 503,
    "newcomer.missing": 404,
    "newcomer.name": 422,
    "newcomer.birthday": 422,
    "newcomer.phone": 422,
    "newcomer.too_many": 429,
    "newcomer.decided": 409,
    "newcomer.owner_unknown": 422,
    "application.missing": 404,
    "device.missing": 404,
    "page.missing": 404,
    "page.no_file": 422,
    "page.empty": 422,
    "page.too_large": 413,
    "page.format": 415,
    "page.no_annotation": 404,
    "page.replaced": 409,
    "upload.missing": 404,
    "upload.expired": 410,
    "upload.offset": 409,
    "upload.version": 412,
    "upload.length": 400,
    "upload.metadata": 400,
    "upload.part_type": 415,
    "upload.longer": 413,
    "upload.checksum": 460,  # a number of the protocol's own
    "upload.checksum_unknown": 400,
    "upload.too_many": 429,
    "document.missing": 404,
    "document.no_pages": 422,
    "document.too_many_pages": 422,
    "document.page_twice": 422,
    "document.not_filed": 404,
    "document.version_missing": 428,
    "document.changed": 412,
    "document.too_many_replacements": 409,
    "document.no_facts": 404,
    "consent.missing": 404,
    "consent.page_foreign": 422,
    "consent.text_outdated": 409,
    "consent.text_missing": 404,
    "consent.revoked": 410,
    "supplier.missing": 422,
    "callback.missing": 404,
    "callback.window_backwards": 422,
    "callback.window_past": 422,
    "callback.window_too_long": 422,
    "callback.window_too_far": 422,
    "mandate.missing": 404,
    "mandate.no_scope": 422,
    "mandate.end_past": 422,
    "mandate.end_too_far": 422,
    "mandate.too_many": 409,
    "mandate.not_open": 409,
    "mandate.own": 409,
    "mandate.twice": 409,
    "mandate.not_covered": 403,
    "mandate.revoked": 403,
    "mandate.ended": 403,
    "channel.missing": 404,
    "channel.exists": 409,
    "channel.not_offered": 409,
    "channel.address": 422,
    "channel.code_wrong": 422,
    "channel.unconfirmed": 409,
    "packet.missing": 404,
    "packet.expired": 410,
    "packet.used": 410,
    "server.unavailable": 503,
    "server.failed": 500,
}


class RefusedError(Exception):
    """A request that is refused for a reason the client can act on."""

    def __init__(self, code: str, *, retry_after_s: int | None = None, **values: Any) -> None:
        """Refuse for `code`, a key of `STATUS`; `values` fill the text and are no personal data."""
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s
        self.values = values

    @property
    def status(self) -> int:
        """The HTTP status of this refusal."""
        return STATUS[self.code]
