"""A citizen's app in small: activate, send photographed pages, hand them in, follow what becomes of them.

AMTSBOTE_GATEWAY_URL=http://127.0.0.1:8080 python -m examples.phone CODE PHOTO...
"""

import json
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx


class Phone:
    """One device of one citizen; every creating call carries a fresh Idempotency-Key, so a repeat is harmless."""

    def __init__(self, gateway_url: str, code: str) -> None:
        """Exchange the activation code of a letter for this device's token."""
        self.http = httpx.Client(base_url=gateway_url, timeout=30)
        self.http.headers["Authorization"] = f"Bearer {self.post('/v1/activations', json={'code': code})['token']}"

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        """Create something and return it; a refusal ends the program with its reason in words."""
        return _answer(self.http.post(path, headers={"Idempotency-Key": str(uuid4())}, **content))

    def get(self, path: str) -> dict[str, Any]:
        """Return what is under `path`."""
        return _answer(self.http.get(path))

    def send_page(self, photo: Path) -> str:
        """Upload one photograph and return its page id: from here on it cannot be lost."""
        return str(self.post("/v1/pages", files={"file": (photo.name, photo.read_bytes())})["page_id"])

    def follow(self, last: set[str]) -> Iterator[dict[str, Any]]:
        """Yield the citizen's timeline, so far and as it happens, up to the first entry of a kind in `last`."""
        with self.http.stream("GET", "/v1/events") as stream:
            live = (json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:"))
            for entry in chain(reversed(self.get("/v1/timeline")["items"]), live):
                yield entry
                if entry["kind"] in last:
                    return


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise SystemExit(f"{response.status_code}: {response.json().get('detail', response.text)}")
    return dict(response.json())


if __name__ == "__main__":
    phone = Phone(os.environ["AMTSBOTE_GATEWAY_URL"], sys.argv[1]) if sys.argv[2:] else sys.exit(__doc__)
    pages = [phone.send_page(Path(photo)) for photo in sys.argv[2:]]
    print(json.dumps(phone.post("/v1/documents", json={"page_ids": pages}), indent=2))
    for entry in phone.follow(last={"document.filed", "document.failed"}):
        print(entry["at"], entry["text"], flush=True)
