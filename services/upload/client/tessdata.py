"""Where the system keeps Tesseract's language data, and what to do when it is missing."""

import os
from pathlib import Path

from shared.errors import UnavailableError

FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
)


class LanguageMissingError(UnavailableError):
    """Tesseract's data for a language is not installed; the message says what to do."""


def tessdata(language: str) -> Path:
    """Return the folder with a language's data: `TESSDATA_PREFIX` first, then where systems put it.

    Raises:
        LanguageMissingError: with the remedy.
    """
    named = os.environ.get("TESSDATA_PREFIX")
    for folder in map(Path, (named, *FOLDERS) if named else FOLDERS):
        if (folder / f"{language}.traineddata").is_file():
            return folder
    raise LanguageMissingError(
        f"Tesseract's data for '{language}' is missing: install it (Debian: apt-get install "
        f"tesseract-ocr-{language}) or set TESSDATA_PREFIX to the folder with {language}.traineddata"
    )
