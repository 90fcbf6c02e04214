"""The receipt's PDF: tagged, archivable, complete in itself, and signed to the last byte."""

import io
import random

import pikepdf
import pikepdf.pdfa
import pytest
from PIL import Image

from services.gateway.client.receipt_pdf import ATTACHMENT, receipt_pdf, thumbnail
from services.gateway.domain.receipts import NotGenuineError, open_jws, open_pdf
from services.gateway.domain.signing import Keys
from tests.unit.gateway.receipts import KEYS, RECEIPTS, SECRET, TEXTS, document, pdf, picture, sheet


def text_of(data: bytes) -> str:
    """Return all that can be read on a PDF's pages."""
    import pypdfium2  # noqa: PLC0415 - heavy, and needed by few

    with pypdfium2.PdfDocument(data) as opened:
        return "\n".join(page.get_textpage().get_text_range() for page in opened)


@pytest.mark.parametrize("language", ["de", "en", "ar", "bg"])
def test_pdf_is_archivable_and_tagged(language: str) -> None:
    """ISO 19005-3 level B holds for the signed file; it has tags, a language, a title, and texts for its pictures."""
    report = pikepdf.pdfa.validate_written(io.BytesIO(pdf(language)), "3b")
    assert not report.findings
    with pikepdf.open(io.BytesIO(pdf(language))) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == language
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        roles = [node for node in opened.objects if isinstance(node, pikepdf.Dictionary) and "/S" in node]
        figures = [node for node in roles if pikepdf.Name.Figure == node.S]
        assert len(figures) == 2  # one thumbnail and the QR code
        assert all(str(figure.Alt) for figure in figures)


def test_fonts_are_embedded_and_nothing_is_outside() -> None:
    """The file is small, carries its fonts, and leads nowhere but to the page that checks it."""
    assert len(pdf()) < 100_000
    with pikepdf.open(io.BytesIO(pdf())) as opened:
        dictionaries = [found for found in opened.objects if isinstance(found, pikepdf.Dictionary)]
        fonts = [found for found in dictionaries if found.get("/Type") == pikepdf.Name.FontDescriptor]
        assert fonts
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
        links = {str(found.A.URI) for found in dictionaries if found.get("/Subtype") == pikepdf.Name.Link}
    assert links == {RECEIPTS.of(document(), "de").check_url}


@pytest.mark.parametrize("language", ["ar", "bg", "tr"])
def test_other_letters_are_embedded_and_can_be_read(language: str) -> None:
    """Whoever copies from the paper gets the words, from right to left, too; none is a box."""
    lead, number = TEXTS.get("receipt", "lead", language), document().receipt_number
    said = TEXTS.get("receipt", "replaced", language, at=TEXTS.time(document().received_at, language), sha256="ab" * 32)
    given = sheet(document(), language)
    noted = given.pages[0].model_copy(update={"notes": (said,)})
    words = text_of(receipt_pdf(given.model_copy(update={"pages": (noted, *given.pages[1:])})))
    assert lead in words
    assert number in words
    assert "ab" * 32 in words
    assert not {"\ufffd", "\u25a1"} & set(words)


def test_everything_can_be_read() -> None:
    """Number, code, every hash, type and office stand on the paper."""
    words, receipt = text_of(pdf()), RECEIPTS.of(document(), "de")
    for said in (receipt.receipt_number, receipt.check_code, receipt.office, "Ankündigung einer Stromsperre"):
        assert said in words
    for page in receipt.pages:
        assert page.sha256 in words
    assert TEXTS.get("receipt", "no_picture", "de") in " ".join(words.split())


def test_pictures_are_small_and_say_nothing_of_where() -> None:
    """A thumbnail has 200 pixels and none of the photo's metadata."""
    small = thumbnail(picture())
    assert SECRET in picture()
    assert SECRET not in small
    assert SECRET not in pdf()
    with Image.open(io.BytesIO(small)) as opened:
        assert max(opened.size) == 200
        assert not opened.getexif()


def test_nothing_is_fetched() -> None:
    """What a name or an office smuggles in is text on the paper, never markup that fetches something."""
    smuggled = '<img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd">'
    made = receipt_pdf(sheet(document(), office=smuggled))
    assert "/etc/passwd" in text_of(made)
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert list(opened.attachments) == [ATTACHMENT]


def test_signature_is_in_the_file() -> None:
    """The attachment is the signature itself, for whoever has a JOSE library and no Amtsbote."""
    with pikepdf.open(io.BytesIO(pdf())) as opened:
        token = opened.attachments[ATTACHMENT].get_file().read_bytes().decode()
    assert open_jws(token, KEYS) == open_pdf(pdf(), KEYS)
    assert open_pdf(pdf(), KEYS).matches(document())


def test_any_changed_byte_is_found() -> None:
    """All over the file, in texts, pictures, fonts, tags and the signature itself: no change passes."""
    data, chance = pdf(), random.Random(4)
    places = [*range(40), *range(len(data) - 40, len(data)), *chance.sample(range(len(data)), 400)]
    seal = data.index(b"eyJ")
    for place in (*places, *range(seal, seal + 1200, 7)):
        changed = bytearray(data)
        changed[place] ^= chance.choice((1, 2, 4, 8, 16, 32, 64, 128))
        with pytest.raises(NotGenuineError):
            open_pdf(bytes(changed), KEYS)


def test_added_and_removed_bytes_are_found() -> None:
    """An update appended as PDF editors do it, a cut, or a file saved anew: each is another file."""
    data = pdf()
    with pikepdf.open(io.BytesIO(data)) as opened:
        anew = io.BytesIO()
        opened.save(anew)
    for other in (data + b"\n", data + data, data[:-1], data[1:], anew.getvalue(), b""):
        with pytest.raises(NotGenuineError):
            open_pdf(other, KEYS)


def test_keys_decide() -> None:
    """With the office's later keys it still passes; with another office's it does not."""
    assert open_pdf(pdf(), KEYS.with_new()).receipt_number == document().receipt_number
    with pytest.raises(NotGenuineError) as caught:
        open_pdf(pdf(), Keys(()).with_new())
    assert caught.value.fault == "unknown_key"
