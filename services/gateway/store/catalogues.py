"""Reads the texts of all languages from the files beside the rules."""

import tomllib
from importlib.resources import files

from services.gateway.domain.texts import Texts


def load_texts() -> Texts:
    """Return the texts of every language that has a file."""
    folder = files("services.gateway") / "domain" / "languages"
    found = [path for path in folder.iterdir() if path.name.endswith(".toml")]
    return Texts({path.name.removesuffix(".toml"): tomllib.loads(path.read_text(encoding="utf-8")) for path in found})
