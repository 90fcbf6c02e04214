"""Copies what the citizen's pages take from npm packages, and the page net: few files, compressed, served by ourselves.

`python -m deploy.assets` does it, in no time if nothing changed. `--tests` adds what only tests need; `--fetched` takes
the packages as they are in `node_modules`, where npm ran elsewhere.
"""

import hashlib
import logging
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path

from deploy.setup.step import SetupFailed, quietly, step

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "services" / "gateway" / "pages" / "vendor"
MODULES = ROOT / "node_modules"
STAMP = VENDOR / "made"
KERN = MODULES / "@kern-ux" / "native"
ONNX = MODULES / "onnxruntime-web" / "dist"
CHECK = ROOT / "services" / "upload"
COPIED = {
    "kern.css": KERN / "dist" / "kern.min.css",
    "KERN-LICENSE.md": KERN / "LICENSE.md",
    "htmx.js": MODULES / "htmx.org" / "dist" / "htmx.min.js",
    "HTMX-LICENSE": MODULES / "htmx.org" / "LICENSE",
    "idb.js": MODULES / "idb" / "build" / "index.js",
    "IDB-LICENSE": MODULES / "idb" / "LICENSE",
    "tus.js": MODULES / "tus-js-client" / "dist" / "tus.min.js",
    "TUS-LICENSE": MODULES / "tus-js-client" / "LICENSE",
    "ort.js": ONNX / "ort.wasm.bundle.min.mjs",  # its licence stands at its top
    "ort.wasm": ONNX / "ort-wasm-simd-threaded.wasm",
    "pagenet.onnx": CHECK / "weights" / "pagenet.onnx",
    "thresholds.json": CHECK / "domain" / "thresholds.json",
}
ICON = ROOT / "services" / "gateway" / "pages" / "static" / "icon.svg"
# Name, size in pixels, and how much of it the picture takes: systems cut a maskable icon to a shape of their own.
ICONS = (("icon-180", 180, 1.0), ("icon-192", 192, 1.0), ("icon-512", 512, 1.0), ("icon-maskable", 512, 0.8))
ICON_COLOUR = (0x1A, 0x3D, 0xA5)
WEIGHTS = {"regular": "Regular", "semibold": "SemiBold"}
# The letters of the languages we serve; Arabic is not in Fira Sans, phones bring their own.
SCRIPTS = {
    "latin": "U+0020-007E,U+00A0-017F,U+0218-021B,U+02C6,U+02DA,U+02DC,U+1E9E,U+2010-2026,U+202F,U+2030,U+2039,U+203A,"
    "U+20AC,U+2122,U+2190-2193,U+2212",
    "cyrillic": "U+0400-045F,U+0490,U+0491,U+2116",
}
# Brotli's quality, and the power of two of its window: the best would take 45 s for the engine, and save a seventh.
QUALITY = {".css": (11, 22), ".js": (11, 22), ".onnx": (9, 24), ".wasm": (9, 24)}
TEST_MODULE = MODULES / "axe-core" / "axe.min.js"


def is_current(*, tests: bool) -> bool:
    """Whether the folder holds what the lock file and this file ask for."""
    return STAMP.exists() and STAMP.read_text() == _wanted() and (TEST_MODULE.exists() or not tests)


def fetch(*, tests: bool) -> None:
    """Fetch the packages, by the hashes of the lock file; raises SetupFailed."""
    npm = shutil.which("npm")
    if npm is None:
        raise SetupFailed("npm is missing; run: sudo apt-get install --no-install-recommends npm")
    fresh = (npm, "ci", "--ignore-scripts", "--prefix", str(ROOT))
    quietly(fresh if tests else (*fresh, "--omit=dev"))


def lay_out() -> None:
    """Copy the few files that are served, cut and compressed, and draw the icons."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in COPIED.items():
        shutil.copyfile(source, VENDOR / name)
    for weight, face in WEIGHTS.items():
        for script, letters in SCRIPTS.items():
            _cut_font(KERN / "dist" / "fonts" / "fira-sans" / f"FiraSans-{face}.woff2", f"{weight}-{script}", letters)
    for icon in ICONS:
        _draw_icon(*icon)
    _compress()
    STAMP.write_text(_wanted())


def _cut_font(source: Path, name: str, letters: str) -> None:
    """Keep the letters of one script: a whole face has 130 KB."""
    from fontTools import subset  # noqa: PLC0415 - slow to load, and mostly nothing is to be done

    logging.disable(logging.WARNING)  # `main` sets its own level, and warns of an old table that browsers do not mind
    target = VENDOR / f"fira-{name}.woff2"
    words = [str(source), f"--unicodes={letters}", "--flavor=woff2", "--layout-features=kern,mark,mkmk,locl,ccmp"]
    subset.main([*words, f"--output-file={target}"])


def _draw_icon(name: str, size: int, share: float) -> None:
    """Draw the icon as PNG, for systems that take no SVG, on its own colour to the very edge."""
    from pypdfium2 import PdfDocument  # noqa: PLC0415 - as above
    from weasyprint import HTML  # noqa: PLC0415 - as above

    picture = round(size * share)
    style = (
        f"@page {{ size: {size}px; margin: {(size - picture) // 2}px }} body {{ margin: 0 }} img {{ display: block }}"
    )
    html = f"<style>{style}</style><img src='{ICON.as_uri()}' width={picture} height={picture}>"
    page = PdfDocument(HTML(string=html).write_pdf())[0]
    drawn = page.render(scale=96 / 72, fill_color=(*ICON_COLOUR, 255)).to_pil()
    drawn.crop((0, 0, size, size)).save(VENDOR / f"{name}.png", optimize=True)


def _compress() -> None:
    import brotli  # noqa: PLC0415 - as above

    for path in VENDOR.iterdir():
        if path.suffix in QUALITY:
            quality, window = QUALITY[path.suffix]
            path.with_name(path.name + ".br").write_bytes(
                brotli.compress(path.read_bytes(), quality=quality, lgwin=window)
            )


def _wanted() -> str:
    made_of = (ROOT / "package-lock.json", Path(__file__), ICON, COPIED["pagenet.onnx"], COPIED["thresholds.json"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()


def main() -> None:
    """Make what is missing; exits 1 with a reason and a remedy if that cannot be done."""
    parser = ArgumentParser(prog="python -m deploy.assets", description=__doc__)
    parser.add_argument("--tests", action="store_true", help="add what only tests need")
    parser.add_argument("--fetched", action="store_true", help="take node_modules as it is")
    asked = parser.parse_args()
    if is_current(tests=asked.tests):
        return
    try:
        with step("Design system, fonts and scripts of the pages"):
            if not asked.fetched:
                fetch(tests=asked.tests)
            lay_out()
    except SetupFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
