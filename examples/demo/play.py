"""Plays the main job once, over the running services, and checks that each step really happened."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from examples.demo.listeners import Listener
from examples.demo.partners import SUPPLIER
from examples.demo.steps import Step, Steps
from examples.phone import Phone
from shared.clock import BERLIN

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Play:
    """What the play needs: the phone, its photographs, the partners' programs, and a folder for what it shows."""

    phone: Phone
    photos: tuple[Path, ...]
    sample: bool
    tools: Listener
    supplier: Listener
    folder: Path

    def run(self, steps: Steps) -> None:
        """Play every step.

        Raises:
            StepFailedError: a step did not happen.
        """
        page_ids = self._hand_in_pages(steps)
        document_id = self._submit(steps, page_ids)
        self._file(steps, document_id)
        with steps.step("The tool of the right team received the alert") as step:
            alert = self.tools.next_line(PATIENCE_S, lambda alert: alert["about_id"] == document_id)
            if self.sample:
                step.expect(
                    (alert["kind"], alert["team"]) == ("power_cut", "power_cut"), "an alert for the power-cut team"
                )
            step.note(f"{alert['kind']} for team {alert['team']}, due {_berlin(alert['due_at'])}")
        self._forward(steps, document_id, page_ids)
        self._callback(steps)

    def _hand_in_pages(self, steps: Steps) -> list[str]:
        """Send the pages; of the project's two samples the second is the retake of the first."""
        kept: list[str] = []
        for number, photo in enumerate(self.photos, start=1):
            with steps.step(f"Photo {number} uploaded and checked") as step:
                page_id = self.phone.send_page(photo)
                page = self._wait(f"/v1/pages/{page_id}", lambda page: page["state"] == "checked")
                self._show_verdict(step, page_id, page)
                cut_off = not self.sample and page["verdict"] == "retake"
                expected = "retake" if self._is_spoiled(number) else "good"
                step.expect(not self.sample or page["verdict"] == expected, f"the verdict {expected!r}")
                if cut_off:
                    step.note("sent anyway: quality never costs the date of arrival")
                if not self._is_spoiled(number):
                    kept.append(page_id)
        return kept

    def _is_spoiled(self, number: int) -> bool:
        return self.sample and number == 1

    def _show_verdict(self, step: Step, page_id: str, page: dict[str, Any]) -> None:
        reasons = "; ".join(reason["text"] for reason in page["reasons"])
        step.note(f"{page['verdict']}: {reasons or 'all edges are in the picture, sharp and bright enough'}")
        picture = self.folder / f"page-{page_id[-6:]}.jpg"
        picture.write_bytes(self.phone.http.get(f"/v1/pages/{page_id}/annotated").raise_for_status().content)
        step.note(f"shown to the citizen: {picture}")

    def _submit(self, steps: Steps, page_ids: list[str]) -> str:
        with steps.step("Document handed in, receipt given") as step:
            receipt = self.phone.post("/v1/documents", json={"page_ids": page_ids})
            step.note(f"receipt {receipt['receipt_number']}, received {receipt['received_at_text']}")
            sent = [sha256(photo.read_bytes()).hexdigest() for photo in self.photos[-len(page_ids) :]]
            step.expect([page["sha256"] for page in receipt["pages"]] == sent, "the SHA-256 of what was sent")
            for page in receipt["pages"]:
                step.note(f"page {page['page_id']}  sha256 {page['sha256']}")
        return str(receipt["document_id"])

    def _file(self, steps: Steps, document_id: str) -> None:
        with steps.step("Pages became a searchable PDF/A") as step:
            document = self._wait(f"/v1/documents/{document_id}", lambda document: document["state"] != "received")
            step.expect(document["state"] == "filed", "a filed document")
            pdf = self.folder / "document.pdf"
            pdf.write_bytes(self.phone.http.get(f"/v1/documents/{document_id}/pdf").raise_for_status().content)
            text = self.phone.http.get(f"/v1/documents/{document_id}/text").raise_for_status().text
            step.expect(text.strip(), "recognised text")
            step.note(f"{pdf} ({pdf.stat().st_size // 1024} KB)")
            step.note(f"suggested type: {', '.join(_suggestion(each) for each in document['types']) or 'none'}")
            step.note(f"recognised: {' '.join(text.split())[:160]} ...")

    def _forward(self, steps: Steps, document_id: str, page_ids: list[str]) -> None:
        with steps.step("Consent given for exactly these pages") as step:
            text = self.phone.get("/v1/consent-texts/power_cut")
            wish = {"supplier_id": SUPPLIER, "purpose": "power_cut", "page_ids": page_ids}
            wish["text_version"] = text["text_version"]
            self.phone.post(f"/v1/documents/{document_id}/consents", json=wish)
            step.note(f"to {SUPPLIER}, text version {text['text_version']}")
        with steps.step("The supplier received, verified and confirmed the packet") as step:
            queued = self._wait(f"/v1/documents/{document_id}", lambda document: document["forwards"])["forwards"]
            ours = {forward["forward_id"] for forward in queued}
            packet = self.supplier.next_line(PATIENCE_S, lambda packet: packet.get("forward_id") in ours)
            step.expect(packet["verified"] and packet["sha256_ok"], "a verified signature and the right bytes")
            step.note(
                f"forward {packet['forward_id']}: {packet['size_bytes'] // 1024} KB, signature and SHA-256 verified"
            )
        with steps.step("Its confirmation reached the citizen's timeline") as step:
            document = self._wait(f"/v1/documents/{document_id}", _acknowledged)
            step.note(f"the supplier's answer: {document['forwards'][0]['answer']}")
            for entry in reversed(self.phone.get(f"/v1/documents/{document_id}/timeline")["items"]):
                step.note(f"{_berlin(entry['at'])}  {entry['text']}")

    def _callback(self, steps: Steps) -> None:
        with steps.step("A callback was asked for, and promised") as step:
            start = datetime.now(UTC) + timedelta(days=1)
            window = {"window_start": start.isoformat(), "window_end": (start + timedelta(hours=2)).isoformat()}
            wish = {"topic": "power_cut", "language": "de"} | window
            callback_id = self.phone.post("/v1/callbacks", json=wish)["callback_id"]
            callback = self._wait(f"/v1/callbacks/{callback_id}", lambda callback: callback["state"] == "promised")
            step.note(f"asked for {_berlin(window['window_start'])}, promised from {_berlin(callback['window_start'])}")

    def _wait(self, path: str, until: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Ask again until the answer is as wanted; a page or document is asked for by any app in this way."""
        deadline = time.monotonic() + PATIENCE_S
        while not until(answer := self.phone.get(path)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} did not change within {PATIENCE_S:.0f} s: {json.dumps(answer)}")
            time.sleep(0.1)
        return answer


def _acknowledged(document: dict[str, Any]) -> bool:
    return any(forward["state"] == "acknowledged" for forward in document["forwards"])


def _berlin(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(BERLIN).strftime("%d.%m.%Y %H:%M:%S")


def _suggestion(each: dict[str, Any]) -> str:
    return f"{each['type']} {each['confidence']:.0%}"
