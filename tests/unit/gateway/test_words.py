"""Pages and messages in nine languages: whole, filled in alike, in the right script, never a machine's."""

import re
from functools import cache
from gettext import c2py

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from services.gateway.pages.__main__ import gather
from services.gateway.pages.words import FOLDER, NAMES, SOURCE
from services.gateway.store.catalogues import load_texts

TRANSLATED = [language for language in NAMES if language != SOURCE]
FOREIGN = [language for language in TRANSLATED if not language.startswith(SOURCE)]
MESSAGES = load_texts().catalogues
SCRIPTS = {"ar": "\u0600-\u06ff", "uk": "\u0400-\u04ff", "ru": "\u0400-\u04ff", "bg": "\u0400-\u04ff"}
# In brackets stands the German name, for whoever must find it on a letter.
GERMAN = re.compile(r"\b([Uu]nd|[Oo]der|[Nn]icht|[Bb]itte|Sie|Seiten?|Ihre?|wird|werden|[Kk]eine?|noch|Datei)\b")
SAME_WORD = {"en": {"Start"}, "ro": {"Document"}}
MACHINE = re.compile(
    r"\b(JSON|HTTPS?|ETag|If-Match|Idempotency-Key|ASCII|Bytes?|null|None|Exception|Error|Token|URL|API|Timeout|Cursor)\b"
    r"|[a-z]+_[a-z]+|\b\d{3} [A-Z]"
)
# Only programs get these, and their authors read them: no page and no script of ours sends what they refuse.
FOR_PROGRAMS = {"idempotency_key.missing", "idempotency_key.invalid", "idempotency_key.reused", "cursor.invalid"}
FOR_PROGRAMS |= {"document.version_missing", "outline.version_missing", "attachment"}
FOR_PROGRAMS |= {
    f"upload.{code}" for code in ("checksum_unknown", "length", "longer", "metadata", "part_type", "version")
}


@cache
def _catalogue(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language.partition("-")[0])


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _messages(language: str) -> list[Message]:
    return [message for message in _catalogue(language) if message.id]


def _texts(language: str) -> list[tuple[str, str]]:
    """Return all that people read in a language, each with where it stands."""
    pages = [(str(message.id), form) for message in _messages(language) for form in _forms(message)]
    sections = [(code, text) for section in MESSAGES[language].values() for code, text in section.items()]
    told = [(code, text) for code, texts in sections for text in ([texts] if isinstance(texts, str) else texts)]
    patterns = MESSAGES[language]["forms"]
    return [(where, text) for where, text in pages + told if where not in patterns]


def _named(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_every_language_is_there() -> None:
    """A citizen reads pages and messages in each of the nine languages."""
    assert sorted(MESSAGES) == sorted(NAMES)
    assert sorted(path.stem for path in FOLDER.glob("*.po")) == sorted(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_has_its_translation(language: str) -> None:
    """No language misses a text or a plural form, keeps one that is gone, or is unsure of one; else `make words`."""
    assert {str(message.id) for message in _messages(language)} == {
        str(message.id) for message in gather() if message.id
    }
    assert [message.id for message in _messages(language) if message.fuzzy or not all(_forms(message))] == []
    assert _catalogue(language).locale == Locale.parse(language.partition("-")[0])


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_survive_translation(language: str) -> None:
    """Each form names the values of the German text; a form that stands for one number alone may leave it out."""
    for message in _messages(language):
        forms, german = _forms(message), message.id if isinstance(message.id, str) else message.id[1]
        for index, form in enumerate(forms):
            missing = _named(german) - _named(form)
            assert _named(form) <= _named(german), (language, form)
            assert not missing or (missing == {"num"} and _stands_for_one(language, index)), (language, form)


def _stands_for_one(language: str, index: int) -> bool:
    plural = c2py(_catalogue(language).plural_expr)
    return sum(plural(number) == index for number in range(1000)) == 1


@pytest.mark.parametrize("language", FOREIGN)
def test_no_german_is_left(language: str) -> None:
    """A text is not the German one, nor are parts of it, apart from names in brackets."""
    for where, text in _texts(language):
        assert not GERMAN.search(re.sub(r"\([^)]*\)", "", text)), (language, where, text)
    same = [
        message.id for message in _messages(language) if message.id == message.string and _has_words(str(message.id))
    ]
    assert set(same) <= SAME_WORD.get(language, set()), language


def _has_words(text: str) -> bool:
    return bool(re.search(r"\w", re.sub(r"%\(\w+\)s|{\w+}", "", text)))


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_texts_are_in_the_languages_script(language: str) -> None:
    """Whatever has words has letters of the language."""
    for where, text in _texts(language):
        assert not _has_words(text) or re.search(f"[{SCRIPTS[language]}]", text), (language, where, text)


@pytest.mark.parametrize("language", sorted(NAMES))
def test_no_text_speaks_a_machines_language(language: str) -> None:
    """An error says what to do, in people's words."""
    told = [(code, texts) for section in MESSAGES[language].values() for code, texts in section.items()]
    pages = _texts(language) if language != SOURCE else [(str(m.id), str(m.id)) for m in gather() if m.id]
    for where, text in told + pages:
        if where not in FOR_PROGRAMS:
            assert not MACHINE.search(re.sub(r"%\(\w+\)s|{\w+}|\(JSON Web Signature\)", "", str(text))), (
                language,
                text,
            )
