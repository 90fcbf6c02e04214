"""The words by which German papers are told apart, each with its weight (data, to be extended freely).

3 = names the paper itself, 2 = hardly occurs elsewhere, 1 = a hint.
"""

from types import MappingProxyType

KEYWORDS = MappingProxyType(
    {
        "mietvertrag": {
            "mietvertrag": 3, "vermieter": 1, "mieträume": 2, "kaltmiete": 1, "kaution": 1, "mietbeginn": 2,
            "wohnraummietvertrag": 3, "nettokaltmiete": 1,
        },
        "heizkostenabrechnung": {
            "heizkostenabrechnung": 3, "heizkosten": 2, "warmwasserkosten": 2, "verbrauchseinheiten": 2,
            "heizkostenverteiler": 2, "abrechnungszeitraum": 1,
        },
        "nebenkostenabrechnung": {
            "nebenkostenabrechnung": 3, "betriebskostenabrechnung": 3, "betriebskosten": 2, "grundsteuer": 2,
            "müllabfuhr": 2, "hausmeister": 1, "umlageschlüssel": 2, "abrechnungszeitraum": 1,
        },
        "stromrechnung": {
            "stromrechnung": 3, "jahresabrechnung": 1, "zählerstand": 2, "zählernummer": 1, "arbeitspreis": 2,
            "grundpreis": 1, "kilowattstunde": 1, "stromlieferung": 2, "abschlag": 1,
        },
        "sperrandrohung": {
            "androhung der unterbrechung": 3, "sperrandrohung": 3, "androhung der sperrung": 3,
            "androhung": 2, "zahlungserinnerung": 1, "zahlungsrückstand": 2, "unterbrechung der versorgung": 1,
            "stromversorgung": 1, "vier wochen": 1, "mahnung": 1, "abwendungsvereinbarung": 1,
        },
        "sperrankuendigung": {
            "ankündigung der unterbrechung": 3, "ankündigung der sperrung": 3, "sperrankündigung": 3,
            "sperrtermin": 3, "ankündigung der stromsperre": 3, "beginn der unterbrechung": 2,
            "wird unterbrochen am": 2, "stromsperre": 1, "unterbrechung der versorgung": 1, "stromversorgung": 1,
            "zutritt": 1,
            "abwendungsvereinbarung": 1, "wird die versorgung": 1, "sperrung": 1, "ankündigung": 2,
        },
        "arbeitsvertrag": {
            "arbeitsvertrag": 3, "arbeitnehmer": 1, "probezeit": 2, "wöchentliche arbeitszeit": 2,
            "urlaubsanspruch": 2, "arbeitgeber": 1, "tätigkeit": 1,
        },
        "lohnabrechnung": {
            "lohnabrechnung": 3, "gehaltsabrechnung": 3, "entgeltabrechnung": 3, "verdienstabrechnung": 3,
            "bruttolohn": 2, "steuerklasse": 2, "lohnsteuer": 2, "auszahlungsbetrag": 2, "gesamtbrutto": 2,
        },
        "kuendigung": {
            "kündigung": 3, "kündigen": 2, "fristgerecht": 2, "beendigung": 1, "arbeitsverhältnis": 1,
            "kündigungsfrist": 1,
        },
        "kontoauszug": {
            "kontoauszug": 3, "kontostand": 2, "alter saldo": 2, "neuer saldo": 2, "buchungstag": 2,
            "wertstellung": 2, "buchung": 1, "überweisung": 1, "iban": 1,
        },
        "krankenversicherung": {
            "krankenversicherung": 2, "krankenkasse": 2, "mitgliedsbescheinigung": 3, "versichertennummer": 2,
            "pflegeversicherung": 1, "familienversicherung": 2,
        },
        "meldebescheinigung": {
            "meldebescheinigung": 3, "meldebestätigung": 3, "einwohnermeldeamt": 2, "anmeldung": 1,
            "meldebehörde": 2, "hauptwohnung": 2, "bürgeramt": 1, "einzugsdatum": 2,
        },
        "aufenthaltstitel": {
            "aufenthaltstitel": 3, "aufenthaltserlaubnis": 3, "ausländerbehörde": 2,
            "niederlassungserlaubnis": 3, "aufenthaltsgesetz": 2, "fiktionsbescheinigung": 3,
        },
        "schulbescheinigung": {
            "schulbescheinigung": 3, "schüler": 1, "schuljahr": 2, "schulleitung": 2, "klasse": 1,
            "besucht": 1, "immatrikulationsbescheinigung": 3,
        },
        "ausweis": {
            "personalausweis": 3, "reisepass": 3, "identity card": 3, "bundesrepublik deutschland": 1,
            "staatsangehörigkeit": 1, "ausstellungsdatum": 1, "gültig bis": 1,
        },
    }
)  # fmt: skip
