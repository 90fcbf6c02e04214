"""What citizens are told outside the app: little, in words that betray nothing, and only after they confirmed."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from services.gateway.domain.channels import CODE_WORKS, MOST_TRIES, TOLD_BY, Cards, Channel, hash_of, parse_address
from services.gateway.domain.documents import Document, DocumentPage
from services.gateway.domain.notices import topic_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.store.catalogues import load_texts
from shared.events.callback import CallbackMissed
from shared.events.event import Fact
from shared.events.notify import ForwardAcknowledged, ForwardFailed
from shared.events.upload import DocumentFiled, PageChecked, TypeSuggestion
from shared.ids import new_id, new_number
from shared.links import Links

TEXTS = load_texts()
LANGUAGES = sorted(TEXTS.catalogues)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CARDS = Cards(TEXTS, Links(SecretStr("s" * 40)), "https://post.example")
# What a benefit, its office or its cases are called, in each language's own words and in German.
BETRAYING = (
    r"b[üu]rgergeld|hartz|jobcenter|job.?cent(er|re)|\bamt\b|beh[öo]rde|sozial|leistung|antrag|unterlagen|dokument|"
    r"arbeit|grundsicherung|strom|sperr|bescheid|benefit|social|welfare|authority|office|document|electric|power|"
    r"application|allowance|i[şs].?kur|yard.m|sosyal|belge|elektrik|مساعد|جوب|اجتماعي|مستند|كهرباء|"
    r"допомог|соціал|документ|центр|електр|пособи|социал|электр|ajutor|social|documente|curent|помощ|социал|ток\b"
)


def channel(**changes: Any) -> Channel:
    """Return an address that is on."""
    known: dict[str, Any] = {"id": new_id(), "citizen_id": new_id(), "device_id": new_id(), "slot": "email x"}
    known |= {"kind": "email", "state": "on", "language": "de", "created_at": NOW, "address": "erika@example.org"}
    return Channel.model_validate(known | changes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_betrays_anything(language: str) -> None:
    """Who reads a message over a shoulder learns neither who wrote nor what it is about."""
    words = TEXTS.catalogues[language]["notices"]
    assert {f"{way}.{topic}" for way in ("email", "push") for topic in TOLD_BY} | {"email.confirm"} == set(words)
    for code, (subject, body) in words.items():
        found = re.findall(BETRAYING, f"{subject}\n{body}", re.IGNORECASE)
        assert not found, (language, code, found)
        assert not re.search(r"\d", subject + body), (language, code)
        assert "\n" not in subject
        assert len(subject) <= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_leads_in_and_can_be_ended(language: str) -> None:
    """Each mail but the code has the app's address and the link that switches mails off."""
    mailbox = channel(language=language)
    card = CARDS.of(mailbox)
    assert card.mailbox
    assert card.mailbox.off_url
    for said in card.words.values():
        assert "https://post.example/things" in said.body
        assert card.mailbox.off_url in said.body
    assert CARDS.links.read_off(card.mailbox.off_url.rpartition("/")[2]) == mailbox.id


def test_an_unconfirmed_address_can_be_told_nothing_but_the_code() -> None:
    """The card of an address that may be somebody else's has no other words."""
    card = CARDS.to_confirm(channel(state="pending"), "K7Q2-M9XA-4")
    assert set(card.words) == {"confirm"}
    assert "K7Q2-M9XA-4" in card.words["confirm"].body


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({}, True),
        ({"code_until": NOW}, False),
        ({"tries": MOST_TRIES + 1}, False),
        ({"code_sha256": None}, False),
        ({"code_sha256": hash_of(new_number(), new_id())}, False),
    ],
)
def test_a_code_works_for_a_day_and_a_few_tries(changes: dict[str, Any], *, opens: bool) -> None:
    """A code that is old, tried too often, used or another channel's opens nothing."""
    code, one = new_number(), channel(state="pending", code_until=NOW + CODE_WORKS)
    one = one.model_copy(update={"code_sha256": hash_of(code, one.id), **changes})
    assert one.opened_by(code.lower(), NOW) is opens
    assert not one.opened_by("nonsense", NOW)
    assert not one.confirmed().opened_by(code, NOW)


@pytest.mark.parametrize("typed", ["", "erika", "erika@", "a@b", "erika@example.org, a@example.org", "a\n@example.org"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    """A slip is noticed before a code is sent."""
    with pytest.raises(RefusedError, match=r"channel\.address"):
        parse_address(typed)


def test_addresses_take_their_usual_form() -> None:
    """Spaces around it, and capitals and umlauts of its host, do not make another address."""
    assert parse_address(" Erika@BÜRO.example ".replace("example", "de")) == "Erika@xn--bro-hoa.de"


def _page(verdict: str, stage: str = "read") -> PageChecked:
    return PageChecked.model_validate({"page_id": new_id(), "stage": stage, "verdict": verdict, "checked_at": NOW})


def _filed(**suggested: float) -> DocumentFiled:
    types = tuple(TypeSuggestion(type=name, confidence=sure) for name, sure in suggested.items())
    ids: dict[str, Any] = {"document_id": new_id(), "citizen_id": new_id(), "page_ids": (new_id(),)}
    where: dict[str, Any] = {
        "pdf_key": "documents/a",
        "pdf_sha256": "0" * 64,
        "pdf_bytes": 1,
        "text_key": "documents/b",
    }
    return DocumentFiled(**ids, **where, types=types, filed_at=NOW)


def _forward(fact: type[Fact], **said: Any) -> Fact:
    ids = {name: new_id() for name in ("forward_id", "document_id", "citizen_id")}
    return fact.model_validate({**ids, "supplier_id": "evo", "acknowledged_at": NOW, "failed_at": NOW, **said})


def _document(declared_type: str | None = None) -> Document:
    page = DocumentPage.model_validate(
        {"page_id": new_id(), "object_key": "originals/x", "sha256": "0" * 64, "size_bytes": 1, "uploaded_at": NOW}
        | {"media_type": "image/jpeg"}
    )
    ids = {"id": new_id(), "citizen_id": new_id(), "device_id": new_id(), "receipt_number": "K7Q2-M9XA-4"}
    return Document.model_validate({**ids, "received_at": NOW, "pages": (page,), "declared_type": declared_type})


MISSED = CallbackMissed(callback_id=new_id(), citizen_id=new_id(), team="work", attempt=1, of=3, called_at=NOW)


@pytest.mark.parametrize(
    ("fact", "document", "topic"),
    [
        (_page("retake"), _document(), "asked"),
        (_page("retake"), None, None),
        (_page("retake", "seen"), _document(), None),
        (_page("good"), _document(), None),
        (_filed(mietvertrag=0.9), _document(), "news"),
        (_filed(sperrandrohung=0.3, sperrankuendigung=0.2), _document(), "urgent"),
        (_filed(), _document("sperrankuendigung"), "urgent"),
        (_forward(ForwardFailed, reason="tries_used"), None, "urgent"),
        (_forward(ForwardFailed, reason="consent_revoked"), None, None),
        (_forward(ForwardAcknowledged, answer="cut_postponed"), None, "news"),
        (_forward(ForwardAcknowledged, answer="refused"), None, "urgent"),
        (MISSED, None, "asked"),
    ],
)
def test_what_is_worth_a_message(fact: Fact, document: Document | None, topic: str | None) -> None:
    """A page to be taken again is told once it was handed in; what threatens a power cut presses."""
    assert topic_of(fact, document) == topic
