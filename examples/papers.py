"""What a supplier does with a notice, however it came: fetch, check, confirm."""

import hashlib
import os
from pathlib import Path
from typing import Any

import httpx


async def fetch_and_confirm(
    notice: dict[str, Any], message_id: str, http: httpx.AsyncClient, gateway_url: str
) -> dict[str, Any]:
    """Fetch each file by its one-time link, compare its SHA-256, keep it, and confirm that all have arrived.

    Raises:
        httpx.HTTPError: the gateway refused or did not answer.
        ValueError: a link leads elsewhere, or the bytes are not those that were announced.
    """
    size = 0
    for number, file in enumerate(notice["files"]):
        if not file["url"].startswith(f"{gateway_url}/"):
            raise ValueError("the link does not lead to the job centre")
        papers = (await http.get(file["url"])).raise_for_status().content
        if hashlib.sha256(papers).hexdigest() != file["sha256"]:
            raise ValueError("these are not the bytes that were announced")
        keep(f"{notice['forward_id']}-{number}.pdf", papers)
        size += len(papers)
    confirmed = await http.post(
        notice["confirm_url"], json={"answer": "received"}, headers={"Idempotency-Key": message_id}
    )
    confirmed.raise_for_status()
    return {"forward_id": notice["forward_id"], "sha256_ok": True, "size_bytes": size}


def keep(name: str, papers: bytes) -> None:
    """Put papers into the folder AMTSBOTE_SUPPLIER_FOLDER."""
    folder = Path(os.environ.get("AMTSBOTE_SUPPLIER_FOLDER", ".local/supplier"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(papers)
