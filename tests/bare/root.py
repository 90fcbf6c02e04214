"""The root of the bare machine: Debian 12 with next to nothing, and what it takes to reach the registries from here."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.setup.step import quietly
from tests.bare import here

RELEASE = "bookworm"
PACKAGES = ("make", "gcc", "git", "python3", "ca-certificates")
CLONE = "/srv/amtsbote"
HOSTS = """\
127.0.0.1\tlocalhost
127.0.1.1\tbare
::1\tlocalhost ip6-localhost ip6-loopback
"""  # as Debian's installer writes it: `localhost` is an IPv6 address, too
SURROUNDINGS = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TERM": "dumb",
}


class Root:
    """A root folder; only in a mount namespace of its own may it be furnished."""

    def __init__(self, folder: Path) -> None:
        """Make nothing yet."""
        self.folder = folder
        self._made = folder.with_name("made")
        self._environment: Mapping[str, str] = {"HOME": str(Path.home()), **SURROUNDINGS}

    @property
    def is_made(self) -> bool:
        """Whether Debian is there, whole."""
        return self._made.exists()

    def make(self) -> None:
        """Install Debian; raises SetupFailed."""
        mirror, include = here.mirror(RELEASE), ",".join(PACKAGES)
        quietly(("debootstrap", "--variant=minbase", f"--include={include}", RELEASE, str(self.folder), mirror))
        self._made.touch()

    def furnish(self) -> None:
        """Mount what a machine has, and lay in what this one reaches its registries with; raises SetupFailed."""
        self._mount()
        etc = self.folder / "etc"
        (etc / "hosts").write_text(HOSTS + here.other_hosts())
        shutil.copyfile("/etc/resolv.conf", etc / "resolv.conf")
        (etc / "apt/sources.list").write_text(here.sources(RELEASE))
        (etc / "apt/apt.conf.d/99here").write_text(here.apt_settings())
        (etc / "dpkg/dpkg.cfg.d").mkdir(parents=True, exist_ok=True)
        (etc / "dpkg/dpkg.cfg.d/99here").write_text("force-unsafe-io\n")  # nobody needs it after a power cut
        self._trust(here.authorities(etc / "ssl/certs/ca-certificates.crt"))
        (self.folder / str(Path.home()).lstrip("/")).mkdir(parents=True, exist_ok=True)
        for file in here.files():
            self._copy(file)
        for folder in here.folders():
            self._lend(folder)
        self._environment = {**self._environment, **here.environment()}

    def clone(self, repository: Path) -> None:
        """Lay out the repository's HEAD; what earlier tries made there stays; raises SetupFailed."""
        target = str(self.folder / CLONE.lstrip("/"))
        quietly(("git", "init", "--quiet", target))
        quietly(("git", "-C", target, "fetch", "--quiet", str(repository), "HEAD"))
        quietly(("git", "-C", target, "reset", "--quiet", "--hard", "FETCH_HEAD"))

    def command(self, words: Sequence[str], folder: str = CLONE) -> tuple[str, ...]:
        """Return the command that runs `words` in the root, with a bare machine's environment."""
        settings = [f"{name}={value}" for name, value in self._environment.items()]
        apart = ("chroot", str(self.folder), "env", "-i", f"--chdir={folder}")
        return *apart, *settings, *words

    def _mount(self) -> None:
        self._mounted("--rbind", str(self.folder), str(self.folder))  # in there, `/` is a mount, as on any machine
        for kind, options, where in (
            ("proc", "rw", "proc"),
            ("sysfs", "ro", "sys"),
            ("tmpfs", "mode=755", "run"),
        ):
            self._mounted("-t", kind, "-o", options, kind, str(self.folder / where))
        self._mounted("--rbind", "/dev", str(self.folder / "dev"))
        self._mounted("-t", "tmpfs", "-o", "mode=1777", "shm", str(self.folder / "dev/shm"))
        quietly(("hostname", "bare"))

    def _mounted(self, *words: str) -> None:
        quietly(("mount", *words))

    def _trust(self, authorities: Sequence[str]) -> None:
        for number, authority in enumerate(authorities):
            (self.folder / f"usr/local/share/ca-certificates/here-{number}.crt").write_text(authority)
        if authorities:
            quietly(self.command(("update-ca-certificates",), "/"))

    def _copy(self, file: Path) -> None:
        target = self.folder / str(file).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)

    def _lend(self, folder: Path) -> None:
        """Show a folder of this machine in the same place, unless Debian has one there."""
        target = self.folder / str(folder).lstrip("/")
        if target.exists() and any(target.iterdir()):
            return
        target.mkdir(parents=True, exist_ok=True)
        self._mounted("--bind", "-o", "ro", str(folder), str(target))
