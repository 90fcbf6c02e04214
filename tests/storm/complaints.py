"""What the services warned of in their logs, counted: where to look first."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

BAD = frozenset({"warning", "error", "critical"})
NAMING = ("step", "queue", "reason", "error")


def complaints(logs: Iterable[Path]) -> Counter[str]:
    """Return how often each complaint stands in the logs; a line that is no JSON is the end of a trace."""
    found: Counter[str] = Counter()
    for log in logs:
        for line in log.read_text(errors="replace").splitlines() if log.exists() else ():
            if said := _complaint(line):
                found[f"{log.stem}: {said}"] += 1
    return found


def _complaint(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return line[:100] if line and not line.startswith((" ", "Traceback")) else None
    if not isinstance(entry, dict) or entry.get("level") not in BAD:
        return None
    return " ".join([entry["event"][:80], *(str(entry[name])[:60] for name in NAMING if entry.get(name))])
