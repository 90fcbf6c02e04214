"""A whole letter's text: sender, address, numbers, wording, closing and foot, each of them perhaps missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from training.types.inventions import drawn_from, invented
from training.types.wordings import OTHER, Split, Wording, chosen, wordings

_SLOT = re.compile(r"\{(\w+)\}")

ENERGY = ("sperrandrohung", "sperrankuendigung", "stromrechnung")
HOUSE = ("heizkostenabrechnung", "nebenkostenabrechnung", "mietvertrag")
WORK = ("arbeitsvertrag", "lohnabrechnung", "kuendigung")
BARE = ("ausweis", "kontoauszug", "lohnabrechnung", "mietvertrag", "arbeitsvertrag")  # seldom a letter with greeting

SENDERS: Mapping[Split, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "train": {
            "energy": (
                "Stadtwerke {place} GmbH",
                "Energieversorgung {place} AG",
                "Nordstrom Vertrieb GmbH",
                "{place} Netz GmbH",
            ),
            "house": ("Wohnungsbau {place} eG", "Hausverwaltung {name}", "Immobilien {name} GmbH", "{name}, Vermieter"),
            "work": ("{firm}", "{firm} Personalabteilung", "{name}"),
            "kontoauszug": ("Sparkasse {place}", "Volksbank {place} eG", "Direktbank AG"),
            "krankenversicherung": (
                "Krankenkasse Mitte",
                "Gesundheitskasse {place}",
                "BKK {place}",
                "Private Kranken AG",
            ),
            "meldebescheinigung": ("Stadt {place} Bürgeramt", "Gemeinde {place}", "{name}"),
            "aufenthaltstitel": ("Stadt {place} Ausländerbehörde", "Landkreis {place}", ""),
            "schulbescheinigung": ("{school}", "Berufskolleg {place}", "Universität {place}"),
            "ausweis": ("", ""),
        },
        "held out": {
            "energy": ("Gemeindewerke {place}", "Strom & Gas {place} eG", "Regionalenergie Süd SE"),
            "house": ("Siedlungsgesellschaft {place} mbH", "{name} Grundbesitz", "Mieterservice {place}"),
            "work": ("{firm}", "{firm} Lohnbüro", "{name}"),
            "kontoauszug": ("Kreissparkasse {place}", "Genobank {place}"),
            "krankenversicherung": ("Ersatzkasse Süd", "IKK {place}", "Landkrankenkasse"),
            "meldebescheinigung": ("Gemeindeverwaltung {place}", "Bürgerservice {place}"),
            "aufenthaltstitel": ("Kreisverwaltung {place}", ""),
            "schulbescheinigung": ("Gymnasium {place}", "Fachhochschule {place}"),
            "ausweis": ("",),
        },
    }
)
LINES: Mapping[Split, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "train": {
            "reference": ("Kundennummer {number}", "Datum {date}", "Vertragskonto {number}", "Ansprechpartner {name}",
                "Telefon {phone}", "Unser Zeichen {digits}", "Zählernummer {meter}", "Rechnungsnummer {number}"),
            "greeting": ("Sehr geehrte Damen und Herren,", "Sehr geehrte Frau {name},", "Sehr geehrter Herr {name},",
                "Guten Tag,"),
            "closing": ("Mit freundlichen Grüßen {name}", "Freundliche Grüße", "Im Auftrag {name}",
                "Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig."),
            "foot": ("{firm} {street} {town}", "Telefon {phone} service@beispiel.example", "IBAN {iban} BIC MUSTDE99",
                "Geschäftsführung {name} Amtsgericht {place} HRB {digits}", "Seite 1 von 2",
                "Öffnungszeiten Mo-Fr 8-16 Uhr", "USt-IdNr. DE{number}"),
        },
        "held out": {
            "reference": ("Kd.-Nr. {number}", "{place}, den {date}", "Ihr Zeichen {digits}", "Sachbearbeitung {name}",
                "Rückfragen {phone}", "Vertrag {number}", "Zähler {meter}"),
            "greeting": ("Sehr geehrte Frau {name},", "Sehr geehrter Herr {name},", "Hallo {name},"),
            "closing": ("Mit besten Grüßen {name}", "Ihr Kundenservice", "i. A. {name}"),
            "foot": ("{town} {street}", "Fon {phone} www.beispiel.example", "Bank {place} {iban}", "Vorstand {name}",
                "Blatt 1/1"),
        },
    }
)  # fmt: skip
# What threats and announcements of a power cut both say: alone it must not decide between them.
BOTH: Mapping[Split, tuple[str, ...]] = MappingProxyType(
    {
        "train": (
            "Sie können eine Abwendungsvereinbarung mit uns [schließen|abschließen], mit zinsfreier Ratenzahlung.",
            "Wer Bürgergeld bezieht, wende sich [sofort|bitte] an das Jobcenter; ein Darlehen ist möglich.",
            "Für die Unterbrechung und die Wiederherstellung berechnen wir {amount}.",
            "Wäre die Unterbrechung eine Gefahr für Leib oder Leben, teilen Sie uns das [umgehend|in Textform] mit.",
            "Rückständige Abschläge {amount} Mahnkosten {amount} Offener Betrag {amount}",
            "Wir sind nach § 41f EnWG berechtigt, die Versorgung unterbrechen zu lassen.",
            "Verbrauchsstelle: {street}, Zähler {meter}",
        ),
        "held out": (
            "Schuldnerberatung, Sozialamt und Jobcenter helfen Ihnen weiter.",
            "Ein Ratenplan ohne Zinsen nach § 41g EnWG ist möglich.",
            "Gesamtschuld {amount}, darin Gebühren {amount}",
            "Medizinische Geräte im Haushalt? Rufen Sie uns an.",
        ),
    }
)
# How each names the other.
EACH_OTHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sperrandrohung": (
            "Den Termin der Sperrung kündigen wir Ihnen acht Werktage vorher an.",
            "Vor der Unterbrechung erhalten Sie eine Sperrankündigung mit dem Datum.",
            "Eine Unterbrechung ist frühestens ab dem {date} möglich.",
        ),
        "sperrankuendigung": (
            "Auf unsere Sperrandrohung vom {date} haben Sie nicht reagiert.",
            "Trotz Mahnung und Androhung der Unterbrechung fehlt Ihre Zahlung.",
            "Die in der Sperrandrohung genannte Frist von vier Wochen ist verstrichen.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class LetterText:
    """The lines of a letter, its kind, and the wording it was made from."""

    kind: str
    wording: int
    lines: tuple[str, ...]


def compose(kind: str, split: Split, rng: Random) -> LetterText:
    """Write one letter of a kind; the same `rng` state writes the same."""
    wording = rng.choice(wordings(kind, split))
    slots = invented(split, rng)
    lines = [*_head(kind, split, rng), *_body(wording, split, rng), *_tail(split, rng)]
    texts = (_SLOT.sub(lambda slot: slots[slot[1]](), chosen(line, rng)) for line in lines)
    return LetterText(kind, wording.number, tuple(text for text in texts if text.strip()))


def _sender(kind: str, split: Split, rng: Random) -> str:
    groups = {**dict.fromkeys(ENERGY, "energy"), **dict.fromkeys(HOUSE, "house"), **dict.fromkeys(WORK, "work")}
    pools = SENDERS[drawn_from(split)]
    return rng.choice(pools[rng.choice(tuple(pools)) if kind == OTHER else groups.get(kind, kind)])


def _head(kind: str, split: Split, rng: Random) -> list[str]:
    sender, lines = _sender(kind, split, rng), LINES[drawn_from(split)]
    if rng.random() < (0.6 if kind in BARE else 0.1):
        return [sender] * (rng.random() < 0.5)
    address = [f"{sender}, {{street}}, {{town}}", "{name}", "{street}", "{town}"] if rng.random() < 0.8 else []
    return [sender, *address, *rng.sample(lines["reference"], rng.randint(0, 4))]


def _body(wording: Wording, split: Split, rng: Random) -> list[str]:
    """Return the wording, its parts in order; to learn from, some miss a part or have one of another wording."""
    subject, *rest = wording.lines
    if rng.random() < 0.75 and wording.kind not in BARE:
        rest.insert(0, rng.choice(LINES[drawn_from(split)]["greeting"]))
    rest += _on_a_cut(wording.kind, split, rng)
    if split == "train":
        rest = [line for line in rest if rng.random() > 0.12]
        if rng.random() < 0.35:
            rest.append(rng.choice(rng.choice(wordings(wording.kind, split)).lines[1:] or (subject,)))
        if rng.random() < 0.1:
            return rest
    return [subject, *rest]


def _on_a_cut(kind: str, split: Split, rng: Random) -> list[str]:
    """Return what letters about a power cut say besides."""
    if kind not in EACH_OTHER:
        return []
    named = rng.sample(EACH_OTHER[kind], rng.randint(0, 2)) if split == "train" else []
    return [*named, *rng.sample(BOTH[drawn_from(split)], rng.randint(0, 4))]


def _tail(split: Split, rng: Random) -> list[str]:
    lines = LINES[drawn_from(split)]
    closing = [rng.choice(lines["closing"])] if rng.random() < 0.7 else []
    return [*closing, *rng.sample(lines["foot"], rng.randint(0, 4))]
