"""One kind of file that people send, and what a person would expect to become of it."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import get_args

import pypdfium2

from services.upload.client import look, pdf, photo, reader, understand
from services.upload.domain.refusal import RefusedFileError
from services.upload.domain.verdict import Verdict
from services.upload.schemas import PageReport, Understood

ANY: tuple[Verdict, ...] = get_args(Verdict)  # where the kind of file says nothing about the verdict


@dataclass(frozen=True, slots=True)
class Expect:
    """What a person would expect.

    `verdicts` are those that are right at the check, `reasons` must all be said there, and `never` not. `refused` is
    the code of a file that cannot be taken; nothing is filed then. Otherwise `pages` are filed; `text` must all stand
    in the text that is filed, and be found in the filed PDF as well; `absent` in neither. `facts` are pairs of kind
    and value.
    """

    verdicts: tuple[Verdict, ...] = ("good", "usable")
    reasons: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    refused: str = ""
    pages: int = 1
    text: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: `make` writes one into a folder and returns its path."""

    name: str
    make: Callable[[Path], Path]
    expect: Expect = field(default_factory=Expect)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: the report of its check, and what is filed; a refusal has a code and files nothing."""

    report: PageReport
    refused: str = ""
    pages: int = 0
    text: str = ""
    searchable: str = ""  # the text that a viewer finds in the filed PDF
    facts: frozenset[tuple[str, str]] = frozenset()


def outcome(file: Path) -> Outcome:
    """Check a file and make a document of it, as the child processes do, but in this one."""
    _prepare()
    try:
        report = look.inspect_file(file, half=True)[1].report
    except RefusedFileError as error:
        return Outcome(PageReport.unreadable(error.code), refused=error.code)
    with tempfile.TemporaryDirectory() as name:
        return _filed(file, report, Path(name))


@cache
def _prepare() -> None:
    photo.prepare()


def _filed(file: Path, report: PageReport, folder: Path) -> Outcome:
    """Read every page of a file, bind the pages, and return what is found in the document."""
    read = [folder / "0.json"]
    for page in range(1, reader.read_page(file, 0, read[0])):
        read.append(folder / f"{page}.json")
        reader.read_page(file, page, read[page])
    bound, understood = folder / "document.pdf", folder / "understood.json"
    pdf.bind(read, bound)
    understand.understand(read, understood)
    said = Understood.model_validate_json(understood.read_bytes())
    with pypdfium2.PdfDocument(bound) as document:
        found = "\n".join(page.get_textpage().get_text_range() for page in document)
        pages = len(document)
    return Outcome(report, "", pages, said.text, found, frozenset((fact.kind, fact.value) for fact in said.facts))


def differences(expect: Expect, seen: Outcome) -> list[str]:
    """Return what is not as expected, one sentence each; none if all is."""
    if expect.refused or seen.refused:
        return [] if expect.refused == seen.refused else [f"refused for {seen.refused!r}, not {expect.refused!r}"]
    verdict, reasons = seen.report.verdict, seen.report.reasons
    said = [] if verdict in expect.verdicts else [f"verdict {verdict} {reasons}, not {' or '.join(expect.verdicts)}"]
    said += [f"{reason} is not said" for reason in expect.reasons if reason not in reasons]
    said += [f"{reason} is said" for reason in expect.never if reason in reasons]
    said += [] if seen.pages == expect.pages else [f"{seen.pages} pages are filed, not {expect.pages}"]
    for where, text in (("text", seen.text), ("PDF", seen.searchable)):
        plain = " ".join(text.split())
        said += [f"{wanted!r} is not in the {where}" for wanted in expect.text if wanted not in plain]
        said += [f"{unwanted!r} is in the {where}" for unwanted in expect.absent if unwanted in plain]
    return said + [f"{fact} is no fact" for fact in expect.facts if fact not in seen.facts]
