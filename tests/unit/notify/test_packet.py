"""The packet holds exactly the consented pages, and nothing of the others."""

import io

import pikepdf
import pytest

from services.notify.domain.packet import cut_packet
from shared.errors import PermanentError

IDS = ("a", "b", "c")


@pytest.fixture
def filed() -> bytes:
    """Return a PDF of three pages; the first links to the second and carries it in a private entry."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for name in IDS:
            page = pdf.add_blank_page(page_size=(200, 300))
            page.Contents = pdf.make_stream(f"BT (page {name}) Tj ET".encode())
        to_second = pikepdf.Array([pdf.pages[1].obj, pikepdf.Name.Fit])
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Dest=to_second)
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])
        pdf.pages[0].PieceInfo = pikepdf.Dictionary(Kept=pdf.pages[1].Contents)
        pdf.docinfo["/Title"] = "a private title"
        pdf.save(out)
    return out.getvalue()


def streams_of(data: bytes) -> bytes:
    """Return every stream in a PDF, decoded: whatever a curious reader could find."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return b"".join(each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream))


def test_only_consented_pages_are_in_the_packet_in_the_documents_order(filed: bytes) -> None:
    """No object of another page is left behind, however the pages were tied together."""
    packet = cut_packet(filed, IDS, ("c", "a"))
    with pikepdf.open(io.BytesIO(packet.data)) as pdf:
        assert [page.Contents.read_bytes() for page in pdf.pages] == [b"BT (page a) Tj ET", b"BT (page c) Tj ET"]
        assert "/Title" not in pdf.docinfo
    assert b"page b" in streams_of(filed)
    assert b"page b" not in streams_of(packet.data)


def test_the_same_pages_give_the_same_bytes(filed: bytes) -> None:
    """Built again after a crash, the packet still has the hash that was announced."""
    assert cut_packet(filed, IDS, ("a", "c")) == cut_packet(filed, IDS, ("c", "a"))


def test_a_page_that_is_several_sheets_is_in_no_packet(filed: bytes) -> None:
    """A supplier gets as many pages as were ticked, and never one that came along in the same file."""
    with pytest.raises(PermanentError, match=r"packet\.pages_unseen"):
        cut_packet(filed, ("a", "a", "b"), ("a",))
    assert cut_packet(filed, ("a", "a", "b"), ("b",)).data


@pytest.mark.parametrize(
    ("data", "ids", "reason"),
    [(None, ("a", "b"), "packet.pages_differ"), (b"no pdf", IDS, "packet.no_pdf")],
    ids=["other pages", "no PDF"],
)
def test_what_is_not_the_filed_document_is_refused(
    filed: bytes, data: bytes | None, ids: tuple[str, ...], reason: str
) -> None:
    """A page is never taken for another one."""
    with pytest.raises(PermanentError, match=reason):
        cut_packet(data or filed, ids, ("a",))
