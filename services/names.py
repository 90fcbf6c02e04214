"""Which services there are."""

from pathlib import Path


def names() -> list[str]:
    """Return the names of all services: the folders here that have an `app.py`."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/app.py"))
