"""What a read document is and what it says: its text, its likely types, its facts."""

from collections.abc import Iterable
from pathlib import Path

from services.upload.client.typemodel import type_model
from services.upload.domain.facts.find import find_facts
from services.upload.domain.facts.page import FactPage
from services.upload.domain.kinds import suggest
from services.upload.schemas import ReadPage, Understood


def understand(pages: Iterable[Path], out: Path) -> None:
    """Write what the read pages of a document say, in their order, as an `Understood`."""
    read = [ReadPage.model_validate_json(page.read_bytes()) for page in pages]
    text = "\n\f\n".join(page.text for page in read)
    found = find_facts(FactPage(number, page.dpi, page.height, page.words) for number, page in enumerate(read, 1))
    understood = Understood(text=text, types=suggest(text, type_model()), facts=found)
    out.write_text(understood.model_dump_json(), encoding="utf-8")
