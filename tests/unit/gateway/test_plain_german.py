"""German that people with little German understand: short sentences, and no words of an office."""

import re

import pytest

from services.gateway.pages.__main__ import gather
from services.gateway.pages.words import load_words
from services.gateway.store.catalogues import load_texts

MOST_WORDS, MEAN_WORDS = 20, 15
MOST_WORDS_IN_PLAIN_GERMAN = 13
# What offices write and nobody says; and abbreviations, which a screen reader spells out.
AVOIDED = (
    "gemäß|bezüglich|hinsichtlich|mittels|seitens|aufgrund|sofern|soweit|ggf|bzw|usw|etc|z\\. ?B|i\\. ?d\\. ?R|zwecks"
    "|erforderlich|unverzüglich|obliegt|Inanspruchnahme|Antragsteller\\w*|Authentifizier\\w+|Validier\\w+|verifizier\\w+|Session|Upload(?!-)"
    "|Login|übermitteln|übermittelt|einzureichen|wahrnehmen|vornehmen|gegebenenfalls|beziehungsweise|diesbezüglich|hiermit"
)


def _texts(language: str) -> list[str]:
    translated = load_words().catalogues[language]
    ids = [message.id for message in gather() if message.id]
    pages = [translated.gettext(one) for each in ids for one in ([each] if isinstance(each, str) else each)]
    sections = [section for name, section in load_texts().catalogues[language].items() if name != "forms"]
    told = [text for section in sections for text in section.values()]
    return [text for texts in [*pages, *told] for text in ([texts] if isinstance(texts, str) else texts) if text]


def _lengths(text: str) -> list[int]:
    """Return how many words each sentence has; a line ends one, and a value that is filled in counts as one."""
    sentences = re.split(r"(?<=[.!?:])\s+|\n+", re.sub(r"%\(\w+\)s|{\w+}", "Wort", text))
    return [len(re.findall(r"[\w§]+(?:[-.][\w]+)*", sentence)) for sentence in sentences]


@pytest.mark.parametrize("text", _texts("de"))
def test_sentences_are_short(text: str) -> None:
    """No sentence has more than twenty words, and those of a text fifteen on average."""
    lengths = _lengths(text)
    assert max(lengths) <= MOST_WORDS, text
    assert sum(lengths) / len(lengths) <= MEAN_WORDS, text


def test_sentences_of_plain_german_are_shorter() -> None:
    """Leichte Sprache says one thing in a sentence."""
    assert [text for text in _texts("de-simple") if max(_lengths(text)) > MOST_WORDS_IN_PLAIN_GERMAN] == []


@pytest.mark.parametrize("language", ["de", "de-simple"])
def test_words_of_offices_are_avoided(language: str) -> None:
    """People read words they would say."""
    assert [text for text in _texts(language) if re.search(rf"\b({AVOIDED})\b", text, re.IGNORECASE)] == []
