"""A bare machine, by hand: `python3 -m tests.bare` tries the project's commands on a Debian 12 with next to nothing."""

import os
import shutil
import signal
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from deploy.setup.step import SetupFailed
from tests.bare import apart

USUAL = ("run", "demo", "test", "bench")
HELP = """\
Make a Debian 12 root with make, gcc, git and Python alone, clone HEAD into it, and try the project's commands there.

It has mounts, processes and a name of its own, and shares the network; package registries are reached as they are from
here. Root, debootstrap, 5 GB in TMPDIR (/var/tmp) and some 30 minutes are needed. All of it is gone at the end, also
when it is interrupted. Exits with 0 if everything holds, 1 if something does not, 130 if it is interrupted."""


def main() -> None:
    """Try the commands; exits as the help says."""
    parser = ArgumentParser(prog="python3 -m tests.bare", description=HELP, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument(
        "targets", nargs="*", default=USUAL, help="of the Makefile, in quotes with variables; usually: %(default)s"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave root and logs there, and use them again")
    asked = parser.parse_args()
    if reason := _why_not():
        sys.exit(reason)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with apart.place(asked.keep) as folder:
            status = apart.run(folder, asked.targets)
    except KeyboardInterrupt:
        status = apart.INTERRUPTED
    except SetupFailed as failure:
        sys.exit(str(failure))
    sys.exit(status)


def _why_not() -> str | None:
    if os.geteuid():
        return "only root may make a Debian root; run it with sudo"
    missing = [program for program in ("debootstrap", "unshare", "chroot", "git") if not shutil.which(program)]
    return f"missing: {', '.join(missing)}; install it with apt-get" if missing else None


if __name__ == "__main__":
    main()
