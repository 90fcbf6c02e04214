"""Styles, scripts, fonts and icons: read once, named by the hash of all of them, kept by browsers for a year.

Large files stay on the disk until somebody asks, and each is named by its own hash: it is fetched anew when it changes.
"""

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
    ".json": "application/json",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
LARGE = {".onnx", ".wasm"}
STYLES, RTL = ("kern.css", "app.css"), ("rtl.css",)
_NAMED = re.compile(r'url\("?([\w-]+\.(?:woff2|svg))"?\)')
_TEXT = {".css", ".js", ".json", ".svg"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, in each encoding it is worth sending in."""

    media_type: str
    plain: bytes
    encoded: Mapping[Encoding, bytes]


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file on the disk, `size` bytes, beside it the same compressed with Brotli if `is_compressed`."""

    media_type: str
    path: Path
    size: int
    version: str
    is_compressed: bool

    @property
    def compressed(self) -> Path:
        """Return where the compressed file is."""
        return _compressed(self.path)


@dataclass(frozen=True, slots=True)
class Styles:
    """Styles that stand in a page itself.

    `source` is what lets a browser take them (Content Security Policy 3, 2.3.1): nothing else may stand in a page.
    """

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name, and the version that stands in the addresses of all but the large ones."""

    version: str
    files: Mapping[str, Asset]
    large: Mapping[str, LargeFile] = field(default_factory=dict)
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
        """Return where a file is; that changes whenever any of them does, or a large one itself."""
        version = self.large[name].version if name in self.large else self.version
        return f"/static/{version}/{name}"

    def size(self, name: str) -> int:
        """Return how many bytes a large file has; 0 if it is not there."""
        return self.large[name].size if name in self.large else 0


def load_assets() -> Assets:
    """Read all files; those of others may be missing at a desk, which is logged."""
    if not OTHERS.exists():
        log.warning("assets.missing", remedy="python -m deploy.assets")
    paths = [path for folder in (OURS, OTHERS) if folder.exists() for path in sorted(folder.iterdir())]
    files = {path.name: _asset(path) for path in paths if path.suffix in MEDIA_TYPES.keys() - LARGE}
    digest = hashlib.sha256(b"".join(name.encode() + files[name].plain for name in sorted(files)))
    return Assets(digest.hexdigest()[:16], files, {path.name: _large(path) for path in paths if path.suffix in LARGE})


def _large(path: Path) -> LargeFile:
    with path.open("rb") as file:
        version = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    return LargeFile(MEDIA_TYPES[path.suffix], path, path.stat().st_size, version, _compressed(path).exists())


def _compressed(path: Path) -> Path:
    return path.with_name(path.name + ".br")


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    if path.suffix not in _TEXT:
        return Asset(MEDIA_TYPES[path.suffix], plain, {})
    small = _compressed(path)
    br = small.read_bytes() if small.exists() else compressed(plain, "br")
    return Asset(MEDIA_TYPES[path.suffix], plain, {"br": br, "gzip": compressed(plain, "gzip")})
