"""The words of the pages: German in the templates, other languages in `words/<language>.po` (gettext)."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

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
    compiled = BytesIO()
    write_mo(compiled, catalogue)  # leaves out what is marked as doubtful
    compiled.seek(0)
    return Translations(compiled)
