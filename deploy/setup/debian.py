"""The system packages the project needs, and how to install those that are missing without starting daemons."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from deploy.setup.step import SetupFailed, quietly

PACKAGES = {
    "python3-venv": "makes the Python environment; only Debian's own Python needs it",
    "rabbitmq-server": "the broker of the local stack",
    "tesseract-ocr": "reads text in pictures",
    "tesseract-ocr-deu": "German",
    "tesseract-ocr-eng": "English",
    "tesseract-ocr-ara": "Arabic",
    "tesseract-ocr-bul": "Bulgarian",
    "tesseract-ocr-ron": "Romanian",
    "tesseract-ocr-rus": "Russian",
    "tesseract-ocr-tur": "Turkish",
    "tesseract-ocr-ukr": "Ukrainian",
    "fonts-dejavu-core": "typefaces of the sample letters, and of receipts in any language",
    "fonts-dejavu-extra": "the condensed typeface of two sample letters",
    "fonts-liberation": "typefaces of the sample letters and of receipts",
    "libpango-1.0-0": "sets the text of receipts",
    "libpangoft2-1.0-0": "sets the text of receipts",
    "libharfbuzz-subset0": "embeds only the letters a receipt uses",
    "npm": "fetches the design system of the pages; only where there is none yet",
}
FOR_TESTS = {
    "chromium-headless-shell": "the browser that the pages are tested in",
    "chromium": "the whole of it, for notifications",
}
FOR_BENCH = {
    "ghostscript": "what ocrmypdf, measured beside us, makes PDF/A with",
}
DAEMONS = ("rabbitmq-server.service", "epmd.service", "epmd.socket")
POLICY = Path("/usr/sbin/policy-rc.d")  # Debian asks it before a package starts its daemon; 101 means no


def missing(*, tests: bool, bench: bool = False) -> list[str]:
    """Return the packages that are not installed; none where there is no dpkg."""
    packages = PACKAGES | (FOR_TESTS if tests else {}) | (FOR_BENCH if bench else {})
    if not shutil.which("dpkg-query"):
        return []
    query = ("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages)
    answer = subprocess.run(query, capture_output=True, text=True, check=False)  # noqa: S603 - no outside input
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    if find_spec("ensurepip"):
        installed.add("python3-venv")
    if shutil.which("npm"):
        installed.add("npm")
    return [package for package in packages if package not in installed]


def install(packages: list[str]) -> None:
    """Install packages; raises SetupFailed with the one-line remedy for who may not."""
    if os.geteuid() != 0:
        remedy = f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
        raise SetupFailed(f"system packages are missing; run: {remedy}")
    apt = ("apt-get", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quietly((*apt, "update"), environment)
    with _no_daemons():
        quietly((*apt, "install", "--yes", "--no-install-recommends", *packages), environment)
    if "rabbitmq-server" in packages and shutil.which("systemctl"):
        with suppress(SetupFailed):  # a unit this release does not have cannot start either
            quietly(("systemctl", "--quiet", "disable", *DAEMONS), environment)  # nor at the next boot


@contextmanager
def _no_daemons() -> Iterator[None]:
    """Keep Debian from starting what it installs: we run a broker of our own on ports of our own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
