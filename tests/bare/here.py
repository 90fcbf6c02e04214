"""What this machine reaches its package registries with: read when it is wanted, and kept nowhere in the project."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.setup.step import SetupFailed

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", re.DOTALL)
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
CONFIGURATIONS = (
    "/etc/pip.conf",
    "/etc/xdg/pip/*",
    "~/.config/pip/pip.conf",
    "~/.pip/pip.conf",
    "/etc/uv/uv.toml",
    "~/.config/uv/uv.toml",
    "/etc/npmrc",
    "~/.npmrc",
)
HANDED_ON = re.compile(
    r"(PIP|UV|NPM_CONFIG)_.+|(HTTPS?|NO|ALL)_PROXY|(SSL|NODE_EXTRA|REQUESTS)_(CERT_FILE|CA_CERTS|CA_BUNDLE)"
    r"|AMTSBOTE_LOCAL_PORTS",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(file://)?(/[^\s,;\"']+)")
LOCAL = re.compile(r"(127\.|::1|ff0|fe0)")


def mirror(release: str) -> str:
    """Return where this machine gets Debian from; raises SetupFailed if it knows no such release."""
    return sources(release).split()[1]


def sources(release: str) -> str:
    """Return the lines of `sources.list` with which this machine gets the release and its updates from Debian."""
    line = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
    wanted = ("Created-By: Packages", "Origin: Debian", f"Codename: {release}")
    known = _said("apt-get", "indextargets", "--format", line, *wanted).splitlines()
    updates = _said("apt-get", "indextargets", "--format", line, *wanted[:2]).splitlines()
    if not known:
        raise SetupFailed(f"apt knows nothing of Debian's {release}; run: apt-get update")
    lines = dict.fromkeys([*known, *(entry for entry in updates if entry.split()[2].startswith(f"{release}-"))])
    return "".join(f"{entry}\n" for entry in lines)


def apt_settings() -> str:
    """Return how apt fetches here: proxies, retries, whether it minds the date."""
    return "".join(
        f"{line}\n"
        for line in _said("apt-config", "dump").splitlines()
        if line.startswith("Acquire::") and "::IndexTargets" not in line and "::Changelogs" not in line
    )


def authorities(known: Path) -> Sequence[str]:
    """Return the certificates this machine trusts, and a root with the bundle `known` does not."""
    ours = CERTIFICATE.findall(TRUSTED.read_text()) if TRUSTED.exists() else []
    theirs = set(CERTIFICATE.findall(known.read_text()))
    return [certificate for certificate in ours if certificate not in theirs]


def other_hosts() -> str:
    """Return the lines of our hosts file that name other machines."""
    lines = Path("/etc/hosts").read_text().splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() and not LOCAL.match(line.strip()))


def files() -> Sequence[Path]:
    """Return the settings of pip, uv and npm that there are; `~` is the same there as here."""
    return [path for pattern in CONFIGURATIONS for path in _glob(pattern) if path.is_file()]


def folders() -> Sequence[Path]:
    """Return the folders with packages that these settings name; of an index, the one that its files lie in, too."""
    texts = [*(file.read_text() for file in files()), *environment().values()]
    named = [found for text in texts for found in ADDRESS.findall(text)]
    places = [Path(path).parent if is_index else Path(path) for is_index, path in named]
    return sorted({place for place in places if place.is_dir()})


def environment() -> dict[str, str]:
    """Return our variables for pip, uv, npm, proxies and certificates, and the ports that are ours."""
    return {name: value for name, value in os.environ.items() if HANDED_ON.fullmatch(name)}


def _glob(pattern: str) -> Iterator[Path]:
    path = Path(pattern).expanduser()
    return path.parent.glob(path.name)


def _said(*words: str) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupFailed(f"`{words[0]}` does not answer; a Debian is needed to make one") from error
