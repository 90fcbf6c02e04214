"""The suggested type follows what the letter says, and stays away when it says too little."""

from random import Random

import pytest

from services.upload.client.typemodel import type_model
from services.upload.domain.keywords import KEYWORDS
from services.upload.domain.kinds import OTHER, suggest
from services.upload.domain.points import points

SUPPLIER = "Stadtwerke Musterstadt GmbH Lindenweg 3 62345 Musterstadt Kundennummer 123456789\n"
THREAT = (
    SUPPLIER
    + """Androhung der Unterbrechung Ihrer Stromversorgung
Sehr geehrte Frau Kaya, trotz Mahnung besteht ein Zahlungsrückstand von 312,47 Euro. Zahlen Sie nicht, dürfen wir die
Versorgung in vier Wochen unterbrechen. Den Termin kündigen wir vorher an. Eine Abwendungsvereinbarung ist möglich."""
)
NOTICE = (
    SUPPLIER
    + """Ankündigung der Unterbrechung Ihrer Stromversorgung
Sehr geehrte Frau Kaya, auf unsere Sperrandrohung haben Sie nicht gezahlt. Am 12. November wird der Strom gesperrt.
Bitte gewähren Sie unserem Beauftragten Zutritt zum Zähler. Eine Abwendungsvereinbarung ist noch möglich."""
)
STATEMENT = "Kontoauszug Nr. 7 IBAN Buchungstag Wertstellung Alter Saldo Neuer Saldo Überweisung Lastschrift Gutschrift"
TENANCY = "Wohnraummietvertrag zwischen Vermieter und Mieter über die Wohnung, Nettokaltmiete, Kaution, Mietbeginn"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (THREAT, "sperrandrohung"),
        (NOTICE, "sperrankuendigung"),
        (STATEMENT, "kontoauszug"),
        (TENANCY, "mietvertrag"),
        ("Lohnabrechnung Oktober Steuerklasse I Gesamtbrutto Lohnsteuer Auszahlungsbetrag netto", "lohnabrechnung"),
    ],
)
def test_a_letter_is_recognised_by_its_words(text: str, kind: str) -> None:
    """The likeliest type comes first, sure enough to be sent to the right team."""
    first, *others = suggest(text, type_model())
    assert first.type == kind
    assert first.confidence >= 0.5
    assert all(first.confidence >= other.confidence > 0 for other in others)
    assert first.confidence + sum(other.confidence for other in others) <= 1.02


def test_misread_letters_do_not_hide_the_words() -> None:
    """Mistakes of the text recognition are allowed for."""
    misread = THREAT.replace("Androhung", "Andr0hung").replace("Unterbrechung", "Unterbrechunq").replace("ahl", "ahI")
    assert suggest(misread, type_model())[0].type == "sperrandrohung"


@pytest.mark.parametrize("text", ["", "7", "| . ,", "Hello World, this is about nothing, see you soon at the station"])
def test_too_little_to_go_by_means_no_suggestion(text: str) -> None:
    """Nothing is suggested, or nothing that anybody would act on."""
    assert all(found.confidence < 0.4 for found in suggest(text, type_model()))


def test_a_letter_about_something_else_alarms_nobody() -> None:
    """Planned works on the grid name a power cut and threaten nobody with one."""
    works = (
        "Wegen Bauarbeiten am Kabelnetz ist Ihre Straße am Montag von 8 bis 12 Uhr kurz ohne Strom. "
        "Sie müssen nichts tun. Wir bitten um Verständnis für diese planmäßige Arbeit."
    )
    threats = [found for found in suggest(works, type_model()) if found.type.startswith("sperr")]
    assert sum(found.confidence for found in threats) < 0.4


def test_probabilities_are_of_every_type_and_sum_to_one() -> None:
    """What is none of the types is one of the answers."""
    probable = type_model().probabilities(THREAT)
    assert set(probable) == {*KEYWORDS, OTHER}
    assert sum(probable.values()) == pytest.approx(1)


def test_a_word_within_another_does_not_count() -> None:
    """An announcement (Ankündigung) is no notice of termination (Kündigung), and scores no points for one."""
    named = dict(zip(KEYWORDS, points("Ankündigung der Unterbrechung. Ankündigung."), strict=True))
    assert named["kuendigung"] == 0
    assert named["sperrankuendigung"] > 0


def test_every_type_scores_most_by_its_own_keywords() -> None:
    """A text made of one type's words is of that type."""
    for kind, words in KEYWORDS.items():
        shuffled = Random(kind).sample(list(words), len(words))
        named = dict(zip(KEYWORDS, points(" ".join(shuffled)), strict=True))
        assert max(named, key=lambda name: named[name]) == kind
