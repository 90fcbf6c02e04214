"""The bare machine, on a root made of this machine's own programs: it says what holds, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.waiting import until

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or subprocess.run(("unshare", "--mount", "--pid", "--fork", "true"), check=False).returncode != 0,
    reason="only root may have namespaces of its own",
)
ROOT = Path(__file__).parents[3]
# In debootstrap's place: `$4` is the root, made of this machine's programs, which cannot be changed from there.
DEBOOTSTRAP = """\
#!/bin/sh -e
mkdir -p "$4" && cd "$4"
mkdir -p usr proc sys dev run tmp etc/apt/apt.conf.d etc/ssl/certs
mount -o bind,ro /usr usr
ln -s usr/bin usr/lib usr/lib64 usr/sbin .
cp -a /etc/alternatives etc
cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs
"""
HANGS = f"{DEBOOTSTRAP}touch ../hangs; sleep 1000 & wait\n"
APT = "#!/bin/sh\necho deb http://debian.invalid/ bookworm main\n"


def machine(folder: Path, debootstrap: str) -> Mapping[str, str]:
    """Return the environment of a machine that has this debootstrap, and keeps its roots in `folder`."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name, text in (("debootstrap", debootstrap), ("apt-get", APT)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "TMPDIR": str(folder)}


def command(*words: str) -> tuple[str, ...]:
    """Return the command that tries `words` on a bare machine."""
    return sys.executable, "-m", "tests.bare", *words


def left(folder: Path) -> list[str]:
    """Return what of it there is: processes, mounts, folders."""
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(folder) in process.environ().get("TMPDIR", "") or str(folder) in " ".join(process.cmdline()):
                processes.append(process.name())
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]
    return [*processes, *mounts, *(str(path) for path in folder.glob("amtsbote-bare-*"))]


async def hanging(folder: Path) -> Process:
    """Start one that goes on making its root."""
    process = await asyncio.create_subprocess_exec(*command("help"), env=machine(folder, HANGS), cwd=ROOT)
    await until(lambda: bool(list(folder.glob("amtsbote-bare-*/hangs"))))
    return process


def test_it_says_what_holds_and_what_does_not(tmp_path: Path) -> None:
    """A command that works, one that fails and one that leaves a process: a line each, and nothing is left."""
    leaves = "help '--eval=x := $(shell sleep 1000 >/dev/null 2>&1 &)'"
    done = subprocess.run(
        command("help", "nonsense", leaves),
        env=machine(tmp_path, DEBOOTSTRAP),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    first, second, third = done.stdout.splitlines()[-3:]
    assert first.endswith("s  holds"), done.stdout
    assert second.endswith("failed (status 2)")
    assert "No rule to make target 'nonsense'" in done.stdout
    assert third.endswith("left running: sleep")
    assert not left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_interrupted_it_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever it is at: no process, no mount and no folder is there when it has ended."""
    process = await hanging(tmp_path)
    process.send_signal(number)
    assert await process.wait() == 130
    assert not left(tmp_path)


async def test_killed_it_leaves_a_folder_that_the_next_one_removes(tmp_path: Path) -> None:
    """After kill -9 no process goes on; the next start tidies up before it does anything, and says why it fails."""
    process = await hanging(tmp_path)
    process.kill()
    await process.wait()
    await until(lambda: len(left(tmp_path)) == 1, what=lambda: f"only the folder in {left(tmp_path)}")
    failing = machine(tmp_path, "#!/bin/sh\necho no such mirror; exit 1\n")
    process = await asyncio.create_subprocess_exec(*command("help"), env=failing, cwd=ROOT, stderr=PIPE)
    _, complained = await process.communicate()
    assert process.returncode == 1
    assert complained.startswith(b"no such mirror")
    assert b"Traceback" not in complained
    assert not left(tmp_path)
