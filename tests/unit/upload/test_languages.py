"""A page is read in its own language: German without further ado, others if German makes no sense of them."""

# ruff: noqa: RUF001 - Turkish has a dotless i, which looks like another letter

import re

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.upload.client.languages import read_page_words
from services.upload.client.ocr import read_words
from services.upload.domain.language import is_german
from services.upload.domain.pixels import Picture

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
DPI = 200
TEXTS = {
    "deu": """Sehr geehrte Damen und Herren, hiermit bestätige ich den Eingang Ihrer Unterlagen vom letzten Montag.
Bitte senden Sie uns noch den Mietvertrag und die Abrechnung über die Heizkosten. Vielen Dank für Ihre Mühe.""",
    "eng": """Dear Sir or Madam, thank you for your letter of last Monday. We have received the papers you sent us.
Please let us know your new address and the name of your landlord. We look forward to hearing from you soon.""",
    "tur": """Sayın yetkili, geçen hafta gönderdiğiniz mektubu aldık. Lütfen kira sözleşmesinin bir örneğini gönderiniz.
Çocuklarınızın okul belgelerini de ekleyiniz. İlginiz için teşekkür eder, çalışmalarınızda başarılar dileriz.""",
    "ron": """Stimată doamnă, vă mulțumim pentru scrisoarea dumneavoastră. Vă rugăm să ne trimiteți și contractul de
închiriere. Fără aceste acte nu putem hotărî asupra cererii. Așteptăm răspunsul până la sfârșitul lunii.""",
    "ukr": """Шановна пані, дякуємо за ваш лист. Просимо надіслати нам також договір оренди житла та довідку зі школи.
Без цих документів ми не можемо ухвалити рішення. Чекаємо на вашу відповідь до кінця місяця.""",
    "rus": """Уважаемая госпожа, благодарим вас за письмо. Просим прислать нам также договор аренды и справку из школы.
Без этих бумаг мы не можем принять решение. Ждём вашего ответа до конца этого месяца.""",
    "bul": """Уважаема госпожо, благодарим Ви за писмото. Молим да ни изпратите също договора за наем и служебна бележка
от училището. Без тези документи не можем да вземем решение. Очакваме отговора Ви до края на месеца.""",
    "ara": """السيدة المحترمة نشكركم على رسالتكم ونرجو أن ترسلوا لنا عقد الإيجار وشهادة المدرسة في أقرب وقت
لا يمكننا اتخاذ القرار بدون هذه الوثائق وننتظر جوابكم قبل نهاية هذا الشهر مع جزيل الشكر""",
}


def page(text: str) -> Picture:
    """Return a printed page of four lines as a scanner sees it."""
    sheet = Image.new("L", (1654, 1100), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 27)
    for row, line in enumerate(text.split("\n")):
        half = len(line) // 2 + line[len(line) // 2 :].find(" ")
        for number, part in enumerate((line[:half], line[half:])):
            pen.text((120, 120 + 110 * row + 50 * number), part.strip(), 20, font)
    return np.asarray(sheet)


def share_read(text: str, picture: Picture) -> float:
    """Return the share of a text's words that are read on its page, letter by letter."""
    wanted = set(re.findall(r"\w{3,}", text))
    read = set(re.findall(r"\w{3,}", " ".join(word.text for word in read_page_words(picture, DPI))))
    return len(wanted & read) / len(wanted)


@pytest.mark.parametrize("language", TEXTS)
def test_a_page_is_read_in_its_language(language: str) -> None:
    """Nine words of ten are right to the letter; for Arabic, whose letters join, seven."""
    assert share_read(TEXTS[language], page(TEXTS[language])) >= (0.7 if language == "ara" else 0.9)


def test_german_is_known_by_its_small_words() -> None:
    """German costs no second reading; Turkish, read as German, does."""
    assert is_german(read_words(page(TEXTS["deu"]), DPI))
    assert not is_german(read_words(page(TEXTS["tur"]), DPI))
