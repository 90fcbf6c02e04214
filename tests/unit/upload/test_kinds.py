"""The suggested type follows the words of the letter, and stays away when there are too few."""

import pytest

from services.upload.domain.keywords import KEYWORDS
from services.upload.domain.kinds import suggest

THREAT = """Stadtwerke Musterstadt. Androhung der Unterbrechung Ihrer Stromversorgung. Trotz Mahnung besteht ein
Zahlungsrückstand von 312,47 Euro. Wir bieten Ihnen eine Abwendungsvereinbarung an."""
NOTICE = """Stadtwerke Musterstadt. Ankündigung der Unterbrechung Ihrer Stromversorgung. Sperrtermin: 12. November.
Bitte gewähren Sie unserem Beauftragten Zutritt zum Zähler."""
STATEMENT = "Kontoauszug Nr. 7 IBAN Buchungstag Wertstellung Alter Saldo Neuer Saldo Überweisung"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (THREAT, "sperrandrohung"),
        (NOTICE, "sperrankuendigung"),
        (STATEMENT, "kontoauszug"),
        ("Wohnraummietvertrag zwischen Vermieter und Mieter, Nettokaltmiete, Kaution, Mietbeginn", "mietvertrag"),
        ("Lohnabrechnung Oktober Steuerklasse I Gesamtbrutto Lohnsteuer Auszahlungsbetrag", "lohnabrechnung"),
    ],
)
def test_a_letter_is_recognised_by_its_words(text: str, kind: str) -> None:
    """The likeliest type comes first, with a confidence between 0 and 1."""
    first, *others = suggest(text)
    assert first.type == kind
    assert all(first.confidence >= other.confidence > 0 for other in others)
    assert first.confidence <= 1


def test_misread_letters_do_not_hide_the_words() -> None:
    """Mistakes of the text recognition are allowed for."""
    misread = THREAT.replace("Androhung", "Andr0hung").replace("Unterbrechung", "Unterbrechunq")
    assert suggest(misread)[0].type == "sperrandrohung"


def test_a_word_within_another_does_not_count() -> None:
    """An announcement (Ankündigung) is no notice of termination (Kündigung)."""
    assert "kuendigung" not in {found.type for found in suggest("Ankündigung der Unterbrechung. Ankündigung.")}


@pytest.mark.parametrize("text", ["", "Hello World", "Liebe Oma, wir kommen am Sonntag zum Kaffee."])
def test_too_little_to_go_by_means_no_suggestion(text: str) -> None:
    """None of the types is better than a wrong one."""
    assert suggest(text) == ()


def test_every_type_is_found_by_its_own_keywords() -> None:
    """A text made of one type's words is of that type."""
    assert {kind: suggest(" ".join(words))[0].type for kind, words in KEYWORDS.items()} == {k: k for k in KEYWORDS}
