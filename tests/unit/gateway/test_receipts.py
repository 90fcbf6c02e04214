"""What a receipt says, what is signed of it, and the code beside its number."""

import json
from datetime import timedelta

import pytest

from services.gateway.domain.receipts import Claims, NotGenuineError, check_code, is_code_of, open_jws, open_pdf, signed
from services.gateway.domain.signing import Keys
from shared.ids import parse_number
from tests.unit.gateway.receipts import KEYS, RECEIPTS, TEXTS, document

DOCUMENT = document()


def test_receipt_says_who_what_when_and_where_to_check() -> None:
    """The JSON receipt carries office, number, hashes, the Berlin time, and how to check it; a device has no name."""
    receipt = RECEIPTS.of(DOCUMENT, "de")
    assert receipt.office == "Jobcenter Beispielstadt"
    assert receipt.received_at_text == "Mittwoch, 1. Juli 2026, 23:59 Uhr"
    assert [page.sha256 for page in receipt.pages] == [page.sha256 for page in DOCUMENT.pages]
    assert (receipt.handed_in_by, receipt.handed_in_by_text) == (None, "mit dem angemeldeten Telefon oder Computer")
    assert receipt.check_url == f"https://post.example.org/check?number=K7Q2-M9XA-4&code={receipt.check_code}"
    named = DOCUMENT.model_copy(update={"handed_in_by": "Amina Yildiz"})
    assert RECEIPTS.of(named, "en").handed_in_by_text == "Amina Yildiz"


def test_time_is_given_with_its_zone() -> None:
    """A receipt's time is to the second, in Berlin's time, summer or winter."""
    assert TEXTS.exact_time(DOCUMENT.received_at, "de") == "Mittwoch, 1. Juli 2026, 23:59:30 Uhr (MESZ, UTC+02:00)"
    winter = DOCUMENT.received_at + timedelta(days=180)
    assert TEXTS.exact_time(winter, "en") == "Monday, 28 December 2026, 22:59:30 (Berlin, UTC+01:00)"


def test_signed_facts_name_no_person() -> None:
    """The signature is over what arrived and when: no id of a person, device or document is in it."""
    payload = KEYS.open(RECEIPTS.of(DOCUMENT, "de").jws)
    assert set(json.loads(payload)) == {"kind", "office", "receipt_number", "received_at", "declared_type", "pages"} | {
        "version",
        "replaced",
    }
    for secret in (DOCUMENT.id, DOCUMENT.citizen_id, DOCUMENT.device_id):
        assert secret.encode() not in payload


def test_signed_facts_are_compared_with_our_record() -> None:
    """Any fact that is not as in our record is found, so that even a stolen key forges nothing that passes online."""
    claims = Claims.of(DOCUMENT, "Jobcenter")
    assert claims.matches(DOCUMENT)
    changes = {
        "receipt_number": "M9XA-K7Q2-4",
        "received_at": claims.received_at - timedelta(milliseconds=1),
        "declared_type": None,
        "pages": claims.pages[:1],
    }
    for name, value in changes.items():
        assert not claims.model_copy(update={name: value}).matches(DOCUMENT), name


def test_receipt_of_an_earlier_version_stays_genuine() -> None:
    """Pages taken again make a newer receipt; older ones still match, each only as it was."""
    later = DOCUMENT.received_at + timedelta(days=1)
    new = [DOCUMENT.pages[0].model_copy(update={"page_id": f"new-{n}", "sha256": f"{n:064x}"}) for n in (8, 9)]
    second = DOCUMENT.with_page("page-1", new[0], later)
    third = second.with_page("new-8", new[1], later + timedelta(hours=1)).with_page("page-0", new[0], later)
    receipts = [Claims.of(version, "Jobcenter") for version in (DOCUMENT, second, third)]
    assert [each.version for each in receipts] == [1, 2, 4]
    assert all(each.matches(third) for each in receipts)
    assert receipts[2].replaced[0].sha256 == DOCUMENT.pages[1].sha256
    assert not receipts[1].matches(DOCUMENT)
    for forged in ({"version": 0}, {"version": 3}, {"replaced": ()}, {"pages": receipts[0].pages}):
        assert not receipts[1].model_copy(update=forged).matches(third), forged
    assert not receipts[2].model_copy(update={"version": 5}).matches(third)


def test_jws_of_something_else_is_no_receipt() -> None:
    """Even our own key's signature over other words is no receipt; nor is a receipt's signature over no PDF a PDF's."""
    for words in (b"{}", b"no json", b'{"kind":"something"}'):
        with pytest.raises(NotGenuineError) as caught:
            open_jws(KEYS.sign(words), KEYS)
        assert caught.value.fault == "signature_wrong"
    with pytest.raises(NotGenuineError) as caught:
        open_pdf(b"%PDF- " + RECEIPTS.of(DOCUMENT, "de").jws.encode(), KEYS)
    assert caught.value.fault == "changed"


def test_foreign_key_is_told_apart_from_a_wrong_signature() -> None:
    """What to do next differs: another office's receipt, or a changed one."""
    with pytest.raises(NotGenuineError) as caught:
        open_jws(signed(Claims.of(DOCUMENT, "Jobcenter"), Keys(()).with_new()), KEYS)
    assert caught.value.fault == "unknown_key"
    token = signed(Claims.of(DOCUMENT, "Jobcenter"), KEYS)
    with pytest.raises(NotGenuineError) as caught:
        open_jws(token[:-20] + token[-20:][::-1], KEYS)
    assert caught.value.fault == "signature_wrong"


def test_code_fits_its_document_only() -> None:
    """The code has a check character, is always the same, and is another one for another document."""
    code = check_code(DOCUMENT)
    assert parse_number(code) == code == check_code(document())
    assert is_code_of(DOCUMENT, code)
    for name in ("id", "citizen_id", "device_id"):
        other = DOCUMENT.model_copy(update={name: "0192f3a0-0000-7000-8000-00000000000f"})
        assert not is_code_of(other, code), name
    assert not is_code_of(None, code)
