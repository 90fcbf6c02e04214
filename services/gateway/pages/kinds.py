"""The types of documents a citizen can choose from; what they are called stands in `domain/languages`."""

KINDS = (
    "sperrankuendigung",
    "sperrandrohung",
    "stromrechnung",
    "heizkostenabrechnung",
    "nebenkostenabrechnung",
    "mietvertrag",
    "arbeitsvertrag",
    "lohnabrechnung",
    "kuendigung",
    "kontoauszug",
    "krankenversicherung",
    "meldebescheinigung",
    "aufenthaltstitel",
    "schulbescheinigung",
    "ausweis",
    "sonstiges",
)
