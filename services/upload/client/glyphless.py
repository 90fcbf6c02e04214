"""The font of invisible text: no shapes at all, every character half as wide as high, any script.

The construction is the one of Tesseract's and OCRmyPDF's text layers: character codes are UTF-16, one empty
glyph serves them all, and the codes map to themselves for whoever copies or searches the text.
"""

import io
import zlib

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

NAME = "GlyphLessFont"
ADVANCE = 500  # thousandths of the font size
CODES = 65_536
MADE = 3_850_070_400  # always, so that the same document has the same bytes: 2026-01-01, in seconds since 1904

_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def glyphless(pdf: Pdf) -> Object:
    """Add the font to a PDF and return it."""
    same_glyph = zlib.compress(b"\x00\x01" * CODES)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/" + NAME),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(_descriptor(pdf)),
        DW=ADVANCE,
        CIDToGIDMap=pikepdf.Stream(pdf, same_glyph, Filter=Name.FlateDecode),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/" + NAME),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_TO_UNICODE),
        )
    )


def _descriptor(pdf: Pdf) -> Dictionary:
    program = _program()
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + NAME),
        Flags=5,
        FontBBox=Array([0, 0, ADVANCE, 1000]),
        ItalicAngle=0,
        Ascent=1000,
        Descent=-1,
        CapHeight=1000,
        StemV=80,
        FontFile2=pdf.make_stream(program, Length1=len(program)),
    )


def _program() -> bytes:
    """Build the TrueType file: two empty glyphs, half an em wide."""
    builder = FontBuilder(1000, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.updateHead(created=MADE, modified=MADE)
    names = [".notdef", "empty"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "empty"})
    builder.setupGlyf({name: Glyph() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=1000, descent=-1)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    builder.setupOS2(sTypoAscender=1000, sTypoDescender=-1)
    builder.setupPost()
    written = io.BytesIO()
    builder.save(written)
    return written.getvalue()
