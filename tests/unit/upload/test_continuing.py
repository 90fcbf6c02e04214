"""A sheet that goes on says so in many ways; transfers, holidays and polite sentences do not."""

import pytest

from services.upload.domain.numbering import Numbering
from tests.unit.upload.wordings import UPPER, said


@pytest.mark.parametrize(
    "text",
    [
        "b.w.",
        "b. w.",
        "Kundennummer 4711   b.w.",
        "(b.w.)",
        "bitte wenden",
        "Bitte wenden!",
        "BITTE WENDEN",
        "Kundennummer 4711 bitte wenden",
        "bitte umblättern",
        "siehe Rückseite",
        "Rechtsbehelfsbelehrung siehe Rückseite",
        "Siehe auch die Riickseite",
        "siehe nächste Seite",
        "Bitte beachten Sie die umseitigen Hinweise: umseitig",
        "siehe umseitig",
        "Rückseite beachten!",
        "Hinweise auf der Rückseite",
        "Rechtsbehelf auf der Rückseite dieses Bescheids.",
        "Fortsetzung folgt",
        "Fortsetzung nächste Seite",
        "Fortsetzung siehe Rückseite",
        "Fortsetzung auf der nächsten Seite",
        "weiter auf der Rückseite",
        "Please turn over",
        "continued on next page",
        "Übertrag 1.204,00 EUR",
        "Übertrag   1.204,00",
        "Übertrag:   1.204,00   96,12 €",
        "Ubertrag 1.204,00",
        "Übertrag auf Seite 3",
        "Übertrag auf Blatt 2   1.204,00 S",
    ],
)
def test_a_sheet_that_goes_on_says_so(text: str) -> None:
    """By its own words, or by a sum that is carried over at its foot."""
    assert said(text).goes_on


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Fortsetzung auf Seite 3", 2),
        ("Fortsetzung siehe Seite 2", 1),
        ("weiter auf Seite 2", 1),
        ("Fortsetzung: siehe Blatt 4", 3),
        ("continued on page 2", 1),
        ("... 2", 1),
        ("…/3", 2),
    ],
)
def test_where_it_goes_on_says_which_sheet_it_is(text: str, number: int) -> None:
    """The one before."""
    assert said(text) == Numbering(number, goes_on=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [("Übertrag 1.204,00", None), ("Übertrag von Seite 1   96,00 EUR", None), ("Fortsetzung von Seite 1", 2)],
)
def test_a_sum_carried_here_says_that_a_sheet_came_before(text: str, number: int | None) -> None:
    """At the head of a table it is not the beginning."""
    assert said(text, UPPER) == Numbering(number, follows=True)


@pytest.mark.parametrize(
    "text",
    [
        "www.bw.de",
        "Bitte wenden Sie sich schriftlich an unseren Service.",
        "der Rest bis dahin nicht bezahlt ist. Bitte wenden",
        "Baden-Württemberg BW",
        "z. B. w",
        "Die Fortsetzung Ihrer Behandlung ist bewilligt",
        "Fortsetzung der Leistung ab Seite",
        "Der Zähler hängt auf der Rückseite des Hauses",
        "Schreiben Sie Ihren Namen auf die Rückseite",
        "Wer die Karte verliert, findet die Nummer zum Sperren auf der Rückseite",
        "Übertragung des Mietverhältnisses",
        "Übertrag Resturlaub 12",
        "Übertrag aus dem Vorjahr 300,00",
        "12.03.   Übertrag   50,00",
        "Übertrag auf Sparkonto   50,00",
        "Saldovortrag 50,00",
        "nächste Seite",
    ],
)
def test_words_that_only_sound_like_it_say_nothing(text: str) -> None:
    """Transfers, holidays and backs of other things go on nowhere."""
    assert said(text) == Numbering()
    assert said(text, UPPER) == Numbering()
