"""Changes the partners file: one writer at a time, all or nothing, readable only by its owner."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.partners import Partners, Supplier


@contextmanager
def locked(path: Path) -> Iterator[Partners]:
    """Yield the partners as they are now, and keep every other writer out meanwhile.

    Raises:
        ValueError: the file is not what `write` writes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield Partners.load(path)
    finally:
        os.close(descriptor)


def write(path: Path, partners: Partners) -> None:
    """Replace the file at once: whoever reads it sees the old partners or the new ones; mode 0600."""
    content = {
        "tools": [tool.model_dump(mode="json") for tool in partners.tools],
        "suppliers": [_with_secret(supplier) for supplier in partners.suppliers],
    }
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:  # made with 0600
        try:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()
            raise


def _with_secret(supplier: Supplier) -> dict[str, object]:
    """Return what is kept of a supplier, its webhook secret included: we sign with it."""
    secret = supplier.webhook_secret.get_secret_value() if supplier.webhook_secret else None
    return {**supplier.model_dump(mode="json"), "webhook_secret": secret}
