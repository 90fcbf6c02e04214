"""What to look at before pages are handed in together: missing, doubled, out of order, or handed in already."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from services.gateway.domain.completeness import Missing, Sheet, completeness_of, spans
from services.gateway.domain.documents import Document
from services.gateway.domain.pages import Page
from services.gateway.domain.texts import Texts
from services.gateway.schemas.shown import Shown

Kind = Literal["missing", "goes_on", "follows", "doubled", "sent"]


class SentBefore(Shown):
    """The document with which a sheet was handed in before."""

    document_id: str
    receipt_number: str
    received_at: datetime


class HintShown(Shown):
    """What may be wrong with one page among the others, in a sentence; each can be ignored.

    `missing`: the letter it belongs to lacks `numbers`, of `count` if it says how many there are. `goes_on` and
    `follows`: the sheet after or before it is not there. `doubled`: it shows the same sheet as `same_as`. `sent`: the
    same sheet was handed in before, with the document `before`.
    """

    code: Kind
    text: str
    page_id: str
    numbers: tuple[int, ...] = ()
    count: int | None = None
    same_as: str | None = None
    before: SentBefore | None = None


class CompletenessShown(Shown):
    """Hints on pages in the order they were asked about, and another order of them if that seems to be the right one.

    `pending`: not all of them were read yet, and more may be said.
    """

    hints: tuple[HintShown, ...] = ()
    order: tuple[str, ...] = ()
    order_text: str | None = None
    pending: bool = False

    @classmethod
    def of(
        cls, pages: Sequence[Page], sent: Mapping[str, Document], texts: Texts, language: str, *, for_other: bool
    ) -> "CompletenessShown":
        """Say what may be wrong with pages; `sent` has documents by pages, `for_other` if somebody acts for another."""
        found = completeness_of([Sheet.of(page) for page in pages])
        said = _Said(texts, language, {page.id: number for number, page in enumerate(pages, 1)})
        hints = [said.missing(each) for each in found.missing]
        hints += [said.doubled(*pair) for pair in found.doubled]
        hints += said.sent(pages, sent, "sent_for" if for_other else "sent")
        return cls(
            hints=tuple(sorted(hints, key=lambda hint: said.numbers[hint.page_id])),
            order=found.order,
            order_text=texts.get("hints", "order", language) if found.order else None,
            pending=any(page.check is None for page in pages),
        )


class _Said:
    """Puts what was found into words."""

    def __init__(self, texts: Texts, language: str, numbers: Mapping[str, int]) -> None:
        self._texts = texts
        self._language = language
        self.numbers = numbers

    def _hint(self, code: str, page_id: str, kind: Kind, values: dict[str, Any], **more: Any) -> HintShown:
        text = self._texts.get("hints", code, self._language, **values)
        return HintShown(code=kind, text=text, page_id=page_id, **more)

    def missing(self, each: Missing) -> HintShown:
        if not each.numbers:
            kind: Kind = "follows" if each.before else "goes_on"
            return self._hint(kind, each.page_id, kind, {})
        values = {"numbers": spans(each.numbers), "count": each.count}
        code = "missing_of" if each.count else "missing"
        return self._hint(code, each.page_id, "missing", values, numbers=each.numbers, count=each.count)

    def doubled(self, page_id: str, same_as: str) -> HintShown:
        return self._hint("doubled", page_id, "doubled", {"page": self.numbers[same_as]}, same_as=same_as)

    def sent(self, pages: Sequence[Page], sent: Mapping[str, Document], code: str) -> Iterator[HintShown]:
        for page in pages:
            same = page.check.same_as if page.check else ()
            document = next((sent[page_id] for page_id in same if page_id in sent), None)
            if document:
                day = self._texts.day_of(document.received_at, self._language)
                before = SentBefore(
                    document_id=document.id, **document.model_dump(include=set(SentBefore.model_fields))
                )
                yield self._hint(code, page.id, "sent", {"day": day}, before=before)
