"""The words of the pages: German in the templates, other languages in `words/<language>.po` (gettext)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from services.gateway.domain.texts import ISOLATED, direction_of

FOLDER = Path(__file__).parent / "words"
SOURCE = "de"
# Each language as its readers call it, in the order they are offered. A language is offered once it has its files.
NAMES = {
    "de": "Deutsch",
    "de-simple": "Leichte Sprache",
    "en": "English",
    "tr": "Türkçe",
    "ar": "العربية",
    "uk": "Українська",
    "ru": "Русский",
    "ro": "Română",
    "bg": "Български",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue of each language."""

    catalogues: Mapping[str, NullTranslations]

    @property
    def names(self) -> dict[str, str]:
        """All languages we know of, by code, with their own names."""
        return NAMES

    @property
    def offered(self) -> dict[str, str]:
        """The languages there are, by code, with their own names."""
        return {code: name for code, name in NAMES.items() if code in self.catalogues}


def load_words() -> Words:
    """Read every catalogue there is."""
    found: dict[str, NullTranslations] = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.po"))}
    return Words({SOURCE: NullTranslations(), **found})


def _read(path: Path) -> NullTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem.partition("-")[0])
    if direction_of(path.stem) == "rtl":
        for message in catalogue:
            message.string = _isolated(message.string)
    compiled = BytesIO()
    write_mo(compiled, catalogue)  # leaves out what is marked as doubtful
    compiled.seek(0)
    return Translations(compiled)


def _isolated(string: Any) -> Any:
    """Keep what is filled in apart from the words around it: a name or a number has a direction of its own."""
    if isinstance(string, (tuple, list)):
        return tuple(_isolated(form) for form in string)
    return re.sub(r"%\(\w+\)s", lambda found: ISOLATED.format(found[0]), string)
