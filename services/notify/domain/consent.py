"""What a supplier may be sent: a consent and a filed document, known in either order."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.forward import Change, Forward, Origin, Pdf
from shared.events.gateway import ConsentGiven
from shared.events.upload import DocumentFailed, DocumentFiled


@dataclass(frozen=True, slots=True)
class Consent:
    """A citizen's permission to send exactly these pages to this supplier, unless taken back.

    `of_version` is that of the document whose pages they are.
    """

    consent_id: str
    citizen_id: str
    document_id: str
    page_ids: tuple[str, ...]
    supplier_id: str
    purpose: str
    of_version: int = 1
    forward_id: str | None = None
    revoked_at: datetime | None = None

    @classmethod
    def given(cls, fact: ConsentGiven) -> "Consent":
        """Take over what was consented to; a page ticked twice is sent once."""
        return cls(
            fact.consent_id,
            fact.citizen_id,
            fact.document_id,
            tuple(dict.fromkeys(fact.page_ids)),
            fact.supplier_id,
            fact.purpose,
            fact.version,
        )


@dataclass(frozen=True, slots=True)
class Papers:
    """What became of a document: its PDF with the pages in it, or the reason why there is none.

    `of_version` is that of the pages; it is higher after one of them was replaced.
    """

    document_id: str
    citizen_id: str
    pdf: Pdf | None = None
    unreadable_page_ids: tuple[str, ...] = ()
    failed: str | None = None
    of_version: int = 1
    replaced_page_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, fact: DocumentFiled | DocumentFailed) -> "Papers":
        """Take over what a document became."""
        if isinstance(fact, DocumentFailed):
            return cls(fact.document_id, fact.citizen_id, failed=fact.reason, of_version=fact.version)
        pdf = Pdf(fact.pdf_key, fact.pdf_sha256, fact.page_ids)
        unreadable, replaced = fact.unreadable_page_ids, fact.replaced_page_ids
        return cls(fact.document_id, fact.citizen_id, pdf, unreadable, None, fact.version, replaced)


def queue_forward(
    consent: Consent, papers: Papers | None, *, forward_id: str, at: datetime, due_at: datetime, origin: Origin
) -> Change | None:
    """Queue a packet once consent and papers are both known; nothing if not yet, already done, or taken back.

    Papers of a version before the one that was agreed to are not yet those: a page that was just taken again is not
    in them.

    A forward that cannot be carried out fails at once, in front of a person: pages are never silently left out,
    since the citizen was told that the supplier gets them, and the supplier would decide on half the papers.
    """
    if papers is None or papers.of_version < consent.of_version or consent.revoked_at or consent.forward_id:
        return None
    forward = Forward(
        forward_id=forward_id,
        document_id=consent.document_id,
        citizen_id=consent.citizen_id,
        consent_id=consent.consent_id,
        supplier_id=consent.supplier_id,
        purpose=consent.purpose,
        page_ids=consent.page_ids,
        pdf=papers.pdf,
        origin=origin,
        queued_at=at,
        due_at=due_at,
    )
    if reason := _obstacle(consent, papers):
        failed = forward.failed(reason, at)
        return Change(failed.forward, (forward.queued(), *failed.facts))
    return Change(forward, (forward.queued(),))


def _obstacle(consent: Consent, papers: Papers) -> str | None:
    if papers.citizen_id != consent.citizen_id:
        return "citizen_differs"
    if papers.pdf is None:
        return "document_failed"
    if set(consent.page_ids) & set(papers.replaced_page_ids):  # the new picture is not the one that was ticked
        return "page_replaced"
    if set(consent.page_ids) & set(papers.unreadable_page_ids):  # an upload of several sheets may be there in part
        return "page_unreadable"
    if any(papers.pdf.page_ids.count(page_id) > 1 for page_id in consent.page_ids):
        return "page_unseen"
    return None if set(consent.page_ids) <= set(papers.pdf.page_ids) else "page_not_in_document"
