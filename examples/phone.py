"""A citizen's app in small: activate, send photographed pages, hand them in, follow what becomes of them.

AMTSBOTE_GATEWAY_URL=http://127.0.0.1:8080 python -m examples.phone CODE PHOTO...
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx


class Phone:
    """One device of one citizen; every creating call carries a fresh Idempotency-Key, so a repeat is harmless."""

    def __init__(self, gateway_url: str, code: str) -> None:
        """Exchange the activation code of a letter for this device's token."""
        self.http = httpx.Client(base_url=gateway_url, timeout=30)
        answer = self.post("/v1/activations", {"code": code})
        self.http.headers["Authorization"] = f"Bearer {answer['token']}"

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create something and return it; a refusal raises with its reason in words."""
        return _answer(self.http.post(path, json=body, headers={"Idempotency-Key": str(uuid4())}))

    def get(self, path: str) -> dict[str, Any]:
        """Return what is under `path`."""
        return _answer(self.http.get(path))

    def send_page(self, photo: Path) -> str:
        """Upload one photograph and return its page id: from here on it cannot be lost."""
        with photo.open("rb") as file:
            headers = {"Idempotency-Key": str(uuid4())}
            page = _answer(self.http.post("/v1/pages", files={"file": (photo.name, file)}, headers=headers))
        return str(page["page_id"])

    def follow(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield the citizen's timeline as it happens, until nothing new came for `seconds`."""
        with self.http.stream("GET", "/v1/events", timeout=seconds) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line[5:])


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise SystemExit(f"{response.status_code}: {response.json().get('detail', response.text)}")
    return dict(response.json())


if __name__ == "__main__":
    phone = Phone(os.environ["AMTSBOTE_GATEWAY_URL"], sys.argv[1])
    pages = [phone.send_page(Path(photo)) for photo in sys.argv[2:]]
    print(json.dumps(phone.post("/v1/documents", {"page_ids": pages}), indent=2))
    for entry in phone.follow(seconds=30):
        print(entry["at"], entry["text"], flush=True)
