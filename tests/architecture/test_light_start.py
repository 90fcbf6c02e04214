"""The services start without what only their children and commands need."""

import subprocess
import sys

from services.upload.client.confine import SILENT
from tests.architecture.tree import ROOT, services

MOST_MODULES = 2050  # of all packages together, a hundred more than there are
HEAVY = {"numpy", "cv2", "PIL", "onnxruntime", "tesserocr", "weasyprint", "fontTools", "holidays.countries"}


def test_services_import_nothing_heavy() -> None:
    """Pictures, printing and the holidays of other countries cost no service time and memory at its start."""
    names = ",".join(f"services.{folder.name}.app" for folder in services())
    script = f"import sys, {names}; from services.callback.settings import CallbackSettings; CallbackSettings().terms()"
    result = subprocess.run(
        [sys.executable, "-c", f"{script}; print(*sys.modules)"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), **SILENT},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    modules = result.stdout.split()
    assert HEAVY.isdisjoint(modules)
    assert len(modules) <= MOST_MODULES
