"""The command line of the upload service, as a person or a script calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pikepdf.pdfa
import pillow_heif
import pypdfium2
import pytest

from tests.unit.upload.drawn import BRIEF, corners, cut_off, encoded, letter, photograph
from tests.unit.upload.printed import LINES, printed


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good photograph, a cut one and a file that is none."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "good.jpg").write_bytes(encoded(photograph(letter(), corners(1500, 2000)), quality=90))
    (folder / "cut.jpg").write_bytes(encoded(cut_off(letter()), quality=90))
    (folder / "letter.jpg").write_text("Sehr geehrte Damen und Herren")
    return folder


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m services.upload`."""
    command = [sys.executable, "-m", "services.upload", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_check_prints_one_json_object_a_line_in_the_order_of_the_files(photos: Path, tmp_path: Path) -> None:
    """The fields are those the documentation names, the annotated pictures are written; no picture: exit code 1."""
    files = [photos / "good.jpg", photos / "letter.jpg", photos / "cut.jpg"]
    done = call("check", "--json", "--annotate", tmp_path / "seen", *files)
    good, bad, cut = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert (bad["file"], bad["reasons"], bad["quad"]) == (str(files[1]), ["not_an_image"], None)
    assert list(good) == [
        "file", "pages", "width", "height", "quad", "picture", "edges",
        "cut", "cut_reader", "rotate_cw", "verdict", "reasons", "ms",
    ]  # fmt: skip
    assert (good["file"], good["verdict"], good["cut"]) == (str(files[0]), "good", [])
    assert (cut["verdict"], cut["reasons"], cut["cut_reader"]) == ("retake", ["cut"], ["B"])
    assert sorted(path.name for path in (tmp_path / "seen").iterdir()) == ["cut.jpg", "good.jpg"]


def test_a_wrong_extension_changes_nothing(tmp_path: Path) -> None:
    """What a file is called does not count, only what it is: each is the page that it holds."""
    photo = photograph(letter(), corners(900, 1200), (900, 1200))
    pillow_heif.register_heif_opener()
    named = {
        "photo.pdf": encoded(photo),
        "photo.heic": encoded(photo, "PNG"),
        "photo.png": encoded(photo, "HEIF", quality=80),
        "photo": encoded(photo, "WEBP"),
        "photo.txt": encoded(photo, "TIFF"),
        "scan.jpg": printed(),
    }
    for name, data in named.items():
        (tmp_path / name).write_bytes(data)
    done = call("check", "--json", "--processes", "1", *(tmp_path / name for name in named))
    *photos, scan = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 0
    assert {(seen["width"], seen["height"], seen["verdict"]) for seen in photos} == {(900, 1200, photos[0]["verdict"])}
    assert all(seen["quad"] for seen in photos)
    assert scan["height"] > scan["width"] > 1000


def test_document_is_made_of_any_format_in_the_order_of_the_files(photos: Path, tmp_path: Path) -> None:
    """PDF, text and facts are there; an unreadable page shows in the facts and the exit code."""
    pillow_heif.register_heif_opener()
    photo = photograph(letter(BRIEF), corners(900, 1200), (900, 1200))
    files = [tmp_path / form for form in ("HEIF", "PNG", "WEBP", "TIFF", "JPEG")]
    for file in files:
        file.write_bytes(encoded(photo, file.name))
    (tmp_path / "printed.pdf").write_bytes(printed())
    files.insert(1, tmp_path / "printed.pdf")
    done = call("document", "--out", tmp_path, files[0], photos / "letter.jpg", *files[1:])
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert done.returncode == 1
    assert facts["filed"] == [str(file) for file in files]
    assert [(page["file"], page["code"]) for page in facts["unreadable"]] == [(1, "not_an_image")]
    assert facts["types"][0]["type"] == "sperrandrohung"
    pages = (tmp_path / "document.txt").read_text().split("\f")
    assert [LINES[1] in page for page in pages] == [False, True, False, False, False, False]
    assert ["Androhung" in page and "Stadtwerke" in page for page in pages] == [True, False, True, True, True, True]
    with pikepdf.open(tmp_path / "document.pdf") as pdf:
        assert not pikepdf.pdfa.check(pdf, "2b").findings


def test_document_says_what_stands_where(tmp_path: Path) -> None:
    """The facts of a printed page have their kinds and values, and each box frames its text in the PDF."""
    (tmp_path / "letter.pdf").write_bytes(printed())
    done = call("document", "--processes", "1", "--out", tmp_path / "out", tmp_path / "letter.pdf")
    assert done.returncode == 0
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    found = {fact["kind"]: fact["value"] for fact in facts["facts"]}
    assert facts["types"][0]["type"] == "sperrankuendigung"
    assert found == {
        "supplier": "Stadtwerke Musterstadt GmbH",
        "customer_number": "123456789",
        "meter_number": "1AMT0712345678",
        "cut_off_date": "2026-03-17",
        "amount_due": "386.03",
        "deadline": "2026-03-16",
    }
    page = pypdfium2.PdfDocument(tmp_path / "out" / "document.pdf")[0]
    for fact in facts["facts"]:
        left, top, right, bottom = fact["box"]
        height = page.get_height()
        framed = page.get_textpage().get_text_bounded(left - 1, height - bottom - 1, right + 1, height - top + 1)
        assert (fact["page"], framed.split()) == (1, fact["text"].split())


def test_missing_language_data_gives_the_remedy(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there is a usage error; a document of nothing readable says so."""
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert call("check", tmp_path / "nowhere.jpg").returncode == 2
    done = call("document", "--processes", "1", "--out", tmp_path, photos / "letter.jpg")
    assert (done.returncode, done.stderr.strip()) == (1, "no page could be read: not_an_image")
