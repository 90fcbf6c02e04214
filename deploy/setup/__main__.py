"""`python3 -m deploy.setup` makes this machine ready for `make run`, with `--tests` or `--bench` for these, too.

Done in no time if it is.
"""

import sys
from argparse import ArgumentParser

from deploy.setup import debian, environment
from deploy.setup.step import SetupFailed, step

OLDEST = (3, 11)


def main() -> None:
    """Install what is missing; exits 1 with a reason and a remedy if that cannot be done."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}")
    asked = ArgumentParser(prog="python3 -m deploy.setup", description=__doc__)
    asked.add_argument("--tests", action="store_true", help="what the tests need, too")
    asked.add_argument("--bench", action="store_true", help="what the benchmarks need, too")
    wanted = asked.parse_args()
    try:
        _install(tests=wanted.tests, bench=wanted.bench)
    except SetupFailed as failure:
        sys.exit(str(failure))
    except OSError as failure:
        sys.exit(f"{failure.filename}: {failure.strerror}; give this folder to yourself, or run it as its owner")


def _install(*, tests: bool, bench: bool) -> None:
    if packages := debian.missing(tests=tests, bench=bench):
        with step(f"System packages ({len(packages)})"):
            debian.install(packages)
    if not environment.is_current():
        with step("Python environment"):
            environment.make()
    environment.run("deploy.assets", *(["--tests"] if tests else []))


if __name__ == "__main__":
    main()
