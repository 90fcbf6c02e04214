"""The camera page's modules, each alone; they run where Node is, as in a browser."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).parent / "camera").glob("*.test.js"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.partition(".")[0])
def test_a_module_does_what_its_own_test_says(path: Path) -> None:
    """Node's test runner finds nothing wrong."""
    node = shutil.which("node")
    if node is None:
        assert os.environ.get("CI") != "true", "no Node here; run `make setup`"
        pytest.skip("no Node here; run `make setup`")
    command = [node, "--test", "--test-reporter=tap", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout
