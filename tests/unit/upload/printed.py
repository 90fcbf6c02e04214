"""PDF pages with text of their own, as an office program writes them, and ones whose text is not what they show."""

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

A4 = (595, 842)
LINES = (
    "Stadtwerke Musterstadt GmbH",
    "Kundennummer 123456789",
    "Zählernummer 1 AMT 07 1234 5678",
    "Ankündigung der Unterbrechung Ihrer Stromversorgung",
    "Sehr geehrte Frau Kaya,",
    "die Stromversorgung Ihrer Wohnung wird am 17.03.2026 unterbrochen.",
    "Bitte zahlen Sie den offenen Betrag von 386,03 Euro bis zum 16.03.2026.",
    "Sie können mit uns eine Abwendungsvereinbarung schließen.",
    "Mit freundlichen Grüßen",
)
TOP, STEP, LEFT, POINTS = 760, 26, 70, 13


def printed(lines: Sequence[str] = LINES, *, hidden: Sequence[str] | None = None, turn: int = 0) -> bytes:
    """Return a PDF of one page of A4; with `hidden` lines the copied text is theirs, and `lines` are only drawn."""
    with pikepdf.new() as pdf:
        visible = _text(lines, 0) if hidden is None else _drawn(len(lines)) + _text(hidden, 3)
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, *A4]),
            Rotate=turn,
            Resources=Dictionary(Font=Dictionary(F1=font)),
            Contents=pdf.make_stream(visible),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        written = io.BytesIO()
        pdf.save(written)
    return written.getvalue()


def _text(lines: Sequence[str], mode: int) -> bytes:
    """Return the operators that set lines in Helvetica; mode 3 is invisible."""
    rows = [
        b"1 0 0 1 %d %d Tm <%s> Tj" % (LEFT, TOP - STEP * row, line.encode("cp1252").hex().encode())
        for row, line in enumerate(lines)
    ]
    return b"BT /F1 %d Tf %d Tr " % (POINTS, mode) + b" ".join(rows) + b" ET "


def _drawn(rows: int) -> bytes:
    """Return the operators that set other words: what the page shows is not what it says."""
    return _text([f"Zeile {row} zeigt etwas ganz anderes als der Text" for row in range(rows)], 0)
