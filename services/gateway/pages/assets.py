"""Styles, scripts, fonts and icons: read once, named by the hash of all of them, kept by browsers for a year."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.gateway.pages.compression import Encoding, compressed

log = structlog.get_logger()

FOLDER = Path(__file__).parent
OURS = FOLDER / "static"
# Made by `python -m deploy.assets`; without it the pages work, and look plain.
OTHERS = FOLDER / "vendor"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
STYLES, RTL = ("kern.css", "app.css"), ("rtl.css",)
_NAMED = re.compile(r'url\("?([\w-]+\.(?:woff2|svg))"?\)')
_TEXT = {".css", ".js", ".svg"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, in each encoding it is worth sending in."""

    media_type: str
    plain: bytes
    encoded: Mapping[Encoding, bytes]


@dataclass(frozen=True, slots=True)
class Styles:
    """Styles that stand in a page itself.

    `source` is what lets a browser take them (Content Security Policy 3, 2.3.1): nothing else may stand in a page.
    """

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name, and the version that stands in their addresses."""

    version: str
    files: Mapping[str, Asset]
    _styles: dict[str, "Styles"] = field(default_factory=dict)

    def styles(self, direction: str) -> "Styles":
        """Return all styles in one, for a page that should not wait for files; they are put together once."""
        if direction not in self._styles:
            self._styles[direction] = self._all_in_one(direction)
        return self._styles[direction]

    def _all_in_one(self, direction: str) -> "Styles":
        names = (*STYLES, *(RTL if direction == "rtl" else ()))
        text = "".join(self.files[name].plain.decode() for name in names if name in self.files)
        text = _NAMED.sub(lambda found: f'url("{self.url(found[1])}")', text)
        return Styles(text, f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")

    def url(self, name: str) -> str:
        """Return where a file is; it changes whenever any of them does."""
        return f"/static/{self.version}/{name}"


def load_assets() -> Assets:
    """Read all files; those of others may be missing at a desk, which is logged."""
    if not OTHERS.exists():
        log.warning("assets.missing", remedy="python -m deploy.assets")
    paths = [path for folder in (OURS, OTHERS) if folder.exists() for path in sorted(folder.iterdir())]
    files = {path.name: _asset(path) for path in paths if path.suffix in MEDIA_TYPES}
    digest = hashlib.sha256(b"".join(name.encode() + files[name].plain for name in sorted(files)))
    return Assets(digest.hexdigest()[:16], files)


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    if path.suffix not in _TEXT:
        return Asset(MEDIA_TYPES[path.suffix], plain, {})
    small = path.with_name(path.name + ".br")
    br = small.read_bytes() if small.exists() else compressed(plain, "br")
    return Asset(MEDIA_TYPES[path.suffix], plain, {"br": br, "gzip": compressed(plain, "gzip")})
