"""The file with the keys for receipts: private to its owner, replaced in one step, and read once at start."""

import json
import os
from pathlib import Path

from services.gateway.domain.signing import Keys


def read_keys(path: Path) -> Keys:
    """Return the keys to sign receipts with.

    Raises:
        ValueError: there is no such file, or no key in it that signs; the text says what to do.
    """
    if not path.exists():
        raise ValueError("AMTSBOTE_GATEWAY_RECEIPT_KEYS names no file; `python -m services receipt new-key` makes it")
    keys = Keys.parse(path.read_bytes())
    if not keys.can_sign:
        raise ValueError("the first key of AMTSBOTE_GATEWAY_RECEIPT_KEYS has no private half")
    return keys


def add_key(path: Path) -> Keys:
    """Put a new key first, or make the file; nobody else can read it, not even for a moment."""
    keys = Keys.parse(path.read_bytes()).with_new() if path.exists() else Keys(()).with_new()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(keys.private(), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return keys
