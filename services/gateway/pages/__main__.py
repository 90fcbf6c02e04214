"""`python -m services.gateway.pages` gathers the words of the templates and brings every catalogue up to date."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from services.gateway.pages.look import TEMPLATES
from services.gateway.pages.words import FOLDER

METHODS = [("**.html", "jinja2")]
OPTIONS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
# Without the dates that gettext's own header has: a catalogue changes when its words do.
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def gather() -> Catalog:
    """Return every text of the templates."""
    found = Catalog(charset="utf-8")
    for name, _, message, comments, context in extract_from_dir(TEMPLATES, METHODS, OPTIONS):
        found.add(message, locations=[(name, 1)], auto_comments=comments, context=context)
    return found


def update(path: Path, words: Catalog) -> int:
    """Bring one catalogue up to date; return how many texts still want a translation."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem.partition("-")[0])
    catalogue.update(words, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        file.write(HEADER.format(language=path.stem, plurals=catalogue.plural_forms).encode())
        write_po(file, catalogue, width=0, sort_output=True, include_lineno=False, omit_header=True)
    return sum(not _is_translated(message.string) for message in catalogue if message.id)


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def main() -> None:
    """Update all; exits 1 if any text has no translation."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        sys.stdout.write(f"{__doc__}\n")
        return
    words, missing = gather(), 0
    for path in sorted(FOLDER.glob("*.po")):
        wanting = update(path, words)
        missing += wanting
        sys.stdout.write(f"{path.name}: {len(words)} texts, {wanting} without a translation\n")
    sys.exit(missing > 0)


if __name__ == "__main__":
    main()
