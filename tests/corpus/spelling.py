"""PDFs that bring their text along: letter-spaced, decomposed, in other scripts, hidden, switched off, or wrong."""

# ruff: noqa: RUF001 - letters of other scripts look like Latin ones

import unicodedata
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object
from weasyprint import HTML

from tests.corpus.kind import Expect, Kind
from tests.corpus.sheets import LETTER, add, latin, letter, saved, text

SAID: Mapping[str, str] = {
    "uk": "Попередження про вимкнення світла. Номер договору 7755-0132-08. До сплати 1 386,03 євро до 16.03.2026. "
    "Рахунок DE02120300000000202051, прилад 1EMH0012345678.",
    "ru": "Предупреждение об отключении света. Номер договора 7755-0132-08. К оплате 1 386,03 евро до 16.03.2026. "
    "Счёт DE02120300000000202051, прибор 1EMH0012345678.",
    "bg": "Предупреждение за спиране на тока. Номер на договора 7755-0132-08. За плащане 1 386,03 евро до 16.03.2026. "
    "Сметка DE02120300000000202051, уред 1EMH0012345678.",
    "ar": "إنذار بقطع الكهرباء عن مسكنكم. رقم العقد 7755-0132-08. يرجى دفع 1.386,03 يورو قبل 16.03.2026. "
    "IBAN DE02120300000000202051.",
    "fa": "اخطار قطع برق منزل شما. شماره قرارداد 77550132. لطفاً مبلغ 1.386,03 یورو را تا 16.03.2026 بپردازید.",
    "el": "Ειδοποίηση διακοπής ρεύματος. Αριθμός συμβολαίου 7755-0132-08. Πληρωτέο ποσό 1.386,03 ευρώ.",
    "tr": "Elektriğiniz kesilecektir. Sözleşme numarası 7755-0132-08. Ödenecek tutar 1.386,03 avro. "
    "Son ödeme günü 16.03.2026.",
}
FINE_PRINT = "Der Vertrag {0:03d} gilt weiter um ein Jahr, wenn ihn niemand schriftlich und vier Wochen vorher kündigt."
FINE = tuple(" ".join(FINE_PRINT.format(2 * row + half) for half in (0, 1)) for row in range(110))
END = "Die Kündigung muss bis zum 30.11.2026 bei der Vermieterin sein."


def page(folder: Path, body: str, *, language: str = "de", direction: str = "ltr") -> Path:
    """Write a page as a browser prints it."""
    style = "font: 12pt 'DejaVu Sans'"
    file = folder / "page.pdf"
    HTML(string=f'<html lang="{language}" dir="{direction}"><body style="{style}">{body}</body></html>').write_pdf(file)
    return file


def language(folder: Path, name: str) -> Path:
    """Write a letter in a language, its sentences in paragraphs."""
    direction = "rtl" if name in {"ar", "fa"} else "ltr"
    return page(folder, f"<p>{SAID[name]}</p>" * 3, language=name, direction=direction)


def respelled(folder: Path, spelled: Mapping[str, str]) -> Path:
    """Write the letter in a font whose letters are copied as `spelled` says."""
    pdf = pikepdf.new()
    rows = [b"<%02x> <%s>" % (code, _copied(code, spelled)) for code in _codes()]
    table = b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange %d beginbfchar %s endbfchar endcmap"
    font = latin(pdf)
    font.ToUnicode = pdf.make_stream(table % (len(rows), b" ".join(rows)))
    letter(pdf, WORDS, Resources=Dictionary(Font=Dictionary(F1=font)))
    return saved(pdf, folder, "respelled.pdf")


WORDS = (*LETTER, "Ankündigung: Sie können die Pflicht zur Zahlung noch fristgerecht erfüllen.")
APART = {sign: unicodedata.normalize("NFD", sign) for sign in "äöü"}
CAST = {"f": "\ufb00"}  # a letter that is copied as two: what stands there is not the layer


def _codes() -> list[int]:
    return sorted({code for line in WORDS for code in line.encode("cp1252")})


def _copied(code: int, spelled: Mapping[str, str]) -> bytes:
    sign = bytes([code]).decode("cp1252")
    return spelled.get(sign, sign).encode("utf-16-be").hex().encode()


def fine_print(folder: Path) -> Path:
    """Write a page of small print, what matters at its end."""
    pdf = pikepdf.new()
    add(pdf, text((*FINE, END), top=815, left=25, size=5.3, step=7))
    return saved(pdf, folder, "fine.pdf")


def white(folder: Path) -> Path:
    """Write a letter with words in white below it."""
    pdf = pikepdf.new()
    add(pdf, text(LETTER, top=760) + b"1 g " + text(("Unsichtbare Worte in weißer Schrift",), top=300))
    return saved(pdf, folder, "white.pdf")


def twice(folder: Path) -> Path:
    """Write a letter over which recognition laid what it took the words for."""
    pdf = pikepdf.new()
    read = [line.replace("o", "0").replace("Kundennummer", "Kundennurnrner") for line in LETTER]
    add(pdf, text(LETTER, top=760) + b"q 3 Tr " + text(read, top=760) + b"Q")
    return saved(pdf, folder, "twice.pdf")


def switched(folder: Path, *, on: bool) -> Path:
    """Write a letter with a layer that is switched on or off."""
    pdf = pikepdf.new()
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Entwurf"))
    content = text(LETTER, top=760) + b"/OC /L BDC " + text(("Nur ein Entwurf",), top=300) + b"EMC"
    resources = Dictionary(Font=Dictionary(F1=latin(pdf)), Properties=Dictionary(L=group))
    add(pdf, content, Resources=resources)
    shown: Object = Array([group])
    states = Dictionary(ON=shown, OFF=Array([])) if on else Dictionary(ON=Array([]), OFF=shown)
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=states)
    return saved(pdf, folder, "switched.pdf")


def headed(folder: Path, said: str) -> Path:
    """Write a page with a heading and nothing else."""
    return page(folder, f"<h1>{said}</h1>")


def _numbers(name: str) -> tuple[str, ...]:
    return tuple(word.strip(".,") for word in SAID[name].split() if any(map(str.isdigit, word)))


SPACED = (
    '<p style="letter-spacing: 4pt">Sperrankündigung</p><p style="letter-spacing: 2pt">Offener Betrag 386,03 Euro</p>'
    "<p>B e s c h e i d</p><p>Wir unterbrechen den Strom am 24.03.2026, wenn Sie nicht zahlen.</p>"
)
TOGETHER = Expect(
    text=("Sperrankündigung", "Offener Betrag 386,03 Euro", "Bescheid"), facts=(("amount_due", "386.03"),)
)
KINDS = (
    *(
        Kind(f"letter in {name}", partial(language, name=name), Expect(text=(SAID[name],)))
        for name in ("uk", "ru", "bg", "el", "tr")
    ),
    Kind("letter in ar", partial(language, name="ar"), Expect(text=("رقم العقد", "الكهرباء", *_numbers("ar")))),
    Kind("letter in fa", partial(language, name="fa"), Expect(text=("شماره قرارداد", *_numbers("fa")))),
    Kind("dots apart from their letters", partial(respelled, spelled=APART), Expect(text=("Ankündigung: Sie können",))),
    Kind("letter-spaced words", partial(page, body=SPACED), TOGETHER),
    Kind("fine print", fine_print, Expect(text=(FINE[0], FINE[-1], END), facts=(("deadline", "2026-11-30"),))),
    Kind("white words", white, Expect(text=LETTER, absent=("Unsichtbare",))),
    Kind("recognised once more", twice, Expect(text=LETTER, absent=("Kundennurnrner",))),
    Kind("layer that is off", partial(switched, on=False), Expect(text=LETTER, absent=("Entwurf",))),
    Kind("layer that is on", partial(switched, on=True), Expect(text=(*LETTER, "Nur ein Entwurf"))),
    Kind("heading", partial(headed, said="Mietvertrag"), Expect(text=("Mietvertrag",))),
    Kind("heading in Arabic", partial(headed, said="عقد الإيجار"), Expect(text=("عقد الإيجار",))),
)
