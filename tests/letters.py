"""A letter photographed twice, for all tests that look at it: taken once a run, by whichever process asks first."""

import fcntl
import os
import pickle
from datetime import date
from pathlib import Path

import pytest

from examples.paper.letter import Kind
from examples.paper.pair import Pair, take_pair

KIND: Kind = "sperrankuendigung"
SEED, DAY = 3, date(2026, 3, 2)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A letter with its first photograph, cut off at the bottom, and the good one, 12 megapixels each."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own  # which the workers of a run share
    kept = folder / "pair.pickle"
    with (folder / "pair.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _keep(take_pair(KIND, SEED, DAY), kept)
    with kept.open("rb") as opened:
        taken: Pair = pickle.load(opened)  # noqa: S301 - written above
    return taken


def _keep(pair: Pair, file: Path) -> None:
    with file.open("wb") as opened:
        pickle.dump(pair, opened, protocol=pickle.HIGHEST_PROTOCOL)
