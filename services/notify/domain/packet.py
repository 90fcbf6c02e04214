"""The packet: exactly the consented pages of a filed PDF, as a PDF of its own."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf

from shared.errors import PermanentError
from shared.ids import day_of

PACKETS = "packets/"  # what keys in the object store begin with
# What a page may say about other pages, or run; a page that leaves the file must not take it along.
_TIES = ("/Annots", "/AA", "/B", "/StructParents", "/Tabs", "/PieceInfo", "/Metadata")


def key_of(forward_id: str) -> str:
    """Return where a forward's packet is kept, unless its row says that it was packed elsewhere before."""
    return f"{PACKETS}{day_of(forward_id)}/{forward_id}.pdf"


@dataclass(frozen=True, slots=True)
class Cutting:
    """A packet's bytes and their hash."""

    data: bytes
    sha256: str


def cut_packet(pdf: bytes, page_ids: Sequence[str], consented: Sequence[str]) -> Cutting:
    """Return the consented pages, in the order of the document; the same input gives the same bytes.

    Pages are copied into an empty PDF, rather than others deleted, so that nothing of a page not consented to stays
    behind. Blocking; takes milliseconds per page.

    Args:
        pdf: the filed document.
        page_ids: the ids of its pages, in its order.
        consented: the ids of the pages to copy.

    Raises:
        PermanentError: `packet.no_pdf`; `packet.pages_differ` if its pages are not those of `page_ids`; or
            `packet.pages_unseen` if a consented one is several pages of it, of which one was shown.
    """
    chosen = [number for number, page_id in enumerate(page_ids) if page_id in set(consented)]
    if len(chosen) > len(set(consented)):
        raise PermanentError("packet.pages_unseen")
    try:
        with pikepdf.open(io.BytesIO(pdf)) as filed, pikepdf.new() as packet:
            if len(filed.pages) != len(page_ids) or not chosen:
                raise PermanentError("packet.pages_differ")
            for number in chosen:
                page = filed.pages[number]
                for tie in _TIES:
                    if tie in page:
                        del page[tie]
                packet.pages.append(page)
            _keep_colours(filed, packet)
            return _saved(packet)
    except pikepdf.PdfError as error:
        raise PermanentError("packet.no_pdf") from error


def _keep_colours(filed: pikepdf.Pdf, packet: pikepdf.Pdf) -> None:
    """Take over what the colours mean (PDF/A's output intent)."""
    if "/OutputIntents" in filed.Root:
        packet.Root.OutputIntents = packet.copy_foreign(filed.make_indirect(filed.Root.OutputIntents))


def _saved(packet: pikepdf.Pdf) -> Cutting:
    out = io.BytesIO()
    packet.save(out, deterministic_id=True)
    data = out.getvalue()
    return Cutting(data, hashlib.sha256(data).hexdigest())
