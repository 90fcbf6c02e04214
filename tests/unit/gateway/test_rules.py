"""What requests must be: keys, submissions, consents, windows and cursors."""

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.gateway.domain.access import idempotency_key
from services.gateway.domain.callbacks import check_window
from services.gateway.domain.consents import TEXT_VERSIONS, check_consent
from services.gateway.domain.documents import check_submission
from services.gateway.domain.paging import Cursor, parse_cursor
from services.gateway.domain.progress import CALLBACK, DOCUMENT, FORWARD, before
from services.gateway.domain.refusal import RefusedError
from services.gateway.settings import GatewaySettings
from shared.clock import as_kept

LIMITS = GatewaySettings().limits
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255))
def test_visible_keys_are_taken_quoted_or_not(key: str) -> None:
    """The quotes of the IETF draft are optional, and do not change the key."""
    assert idempotency_key(f'"{key}"') in {key, f'"{key}"'}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "missing"),
        ("", "invalid"),
        ('""', "invalid"),
        ("a b", "invalid"),
        ("ä", "invalid"),
        ("x" * 256, "invalid"),
    ],
)
def test_other_keys_are_refused(header: str | None, code: str) -> None:
    """No key, an empty one, spaces, umlauts and endless keys are refused."""
    with pytest.raises(RefusedError, match=rf"idempotency_key\.{code}"):
        idempotency_key(header)


@pytest.mark.parametrize(
    ("page_ids", "code"),
    [([], "no_pages"), ([str(n) for n in range(31)], "too_many_pages"), (["a", "b", "a"], "page_twice")],
)
def test_unfit_submission_is_refused(page_ids: list[str], code: str) -> None:
    """No page, more than 30, or one twice."""
    with pytest.raises(RefusedError, match=rf"document\.{code}"):
        check_submission(page_ids, LIMITS)


def test_thirty_pages_are_a_document() -> None:
    """The limit itself is allowed."""
    check_submission([str(n) for n in range(30)], LIMITS)


@pytest.mark.parametrize(
    ("version", "page_ids", "known", "code"),
    [
        ("2020-01", ["a"], True, "consent.text_outdated"),
        (TEXT_VERSIONS["power_cut"], ["a", "z"], True, "consent.page_foreign"),
        (TEXT_VERSIONS["power_cut"], ["a"], False, "supplier.missing"),
    ],
)
def test_unfit_consent_is_refused(version: str, page_ids: list[str], *, known: bool, code: str) -> None:
    """A consent is for the text in force, pages of the document, and a supplier we know."""
    with pytest.raises(RefusedError, match=code):
        check_consent("power_cut", version, page_ids, ["a", "b"], supplier_known=known)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (NOW + HOUR, NOW + HOUR, "window_backwards"),
        (NOW - 2 * HOUR, NOW - HOUR, "window_past"),
        (NOW, NOW + 25 * HOUR, "window_too_long"),
        (NOW + timedelta(days=61), NOW + timedelta(days=61, hours=1), "window_too_far"),
    ],
)
def test_unfit_window_is_refused(start: datetime, end: datetime, code: str) -> None:
    """Nobody can call within such a window."""
    with pytest.raises(RefusedError, match=rf"callback\.{code}"):
        check_window(start, end, NOW)


def test_running_window_is_taken() -> None:
    """A window that has begun and is not over can still be kept."""
    check_window(NOW - HOUR, NOW + HOUR, NOW)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_cursor_survives_the_way_to_the_client_and_back(at: datetime, row_id: object) -> None:
    """A cursor is read as it was written; times are those that a database keeps, to the millisecond."""
    cursor = Cursor(as_kept(at), str(row_id))
    assert parse_cursor(cursor.text()) == cursor


@given(st.text())
def test_foreign_cursor_is_refused(text: str) -> None:
    """Whatever is no cursor of ours is refused, and nothing else happens."""
    with suppress(RefusedError):  # any other error is a failure
        parse_cursor(text)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_cursor_beyond_all_times_is_refused(at: str) -> None:
    """A time that no database can name is none of ours."""
    with pytest.raises(RefusedError, match=r"cursor\.invalid"):
        parse_cursor(base64.urlsafe_b64encode(f"{at} id".encode()).decode())


@pytest.mark.parametrize("allowed", [{"max_pages": 31}, {"max_file_bytes": 50 * 1024**2 + 1}])
def test_no_more_is_allowed_than_other_services_take(allowed: dict[str, int]) -> None:
    """An operator is told so at the start, and no citizen by a page or a document that ends in nothing."""
    with pytest.raises(ValidationError):
        GatewaySettings.model_validate(allowed)


@pytest.mark.parametrize("order", [DOCUMENT, FORWARD, CALLBACK])
def test_states_only_move_forward(order: tuple[str, ...]) -> None:
    """From each state only later ones can be reached; the last one is the end."""
    for index, state in enumerate(order):
        assert set(before(order, state)) == set(order[:index])
