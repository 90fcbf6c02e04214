"""The README's examples, run as they stand there."""

import re
import sys
from pathlib import Path

import pytest

from tests.e2e.system import ROOT, System

pytestmark = pytest.mark.live

PYTHON = ".venv/bin/python"


def integration_examples() -> str:
    """Return the shell lines of the README's part "Integrate", for the interpreter and the system under test."""
    part = (ROOT / "README.md").read_text().split("## Integrate")[1].split("\n## ")[0]
    lines = "\n".join(re.findall(r"```bash\n(.*?)```", part, re.DOTALL))
    assert lines.count(PYTHON) >= 10
    # The system under test is not the one of `make run`: its settings are in the environment already.
    return lines.replace(f'eval "$({PYTHON} -m deploy.local env)"\n', "").replace(PYTHON, sys.executable)


def test_readme_integrates_all_three_kinds_of_users(system: System, tmp_path: Path) -> None:
    """A newcomer who copies every line sees the document filed, the alert, and the packet confirmed."""
    script = "set -euo pipefail\n" + integration_examples().replace(".local/letters", str(tmp_path / "letters"))
    done = system.shell(script)
    assert done.returncode == 0, done.stdout + done.stderr
    for seen in ("receipt_number", '"kind": "power_cut"', '"sha256_ok": true', "bestätigt"):
        assert seen in done.stdout, done.stdout + done.stderr
