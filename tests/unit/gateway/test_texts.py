"""What people read: complete in every language, and in the one they asked for."""

import re
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from services.gateway.domain.consents import TEXT_VERSIONS
from services.gateway.domain.refusal import STATUS
from services.gateway.domain.texts import Texts
from services.gateway.domain.timeline import AGAIN, FAILED_FOR, RESIGNED, TOLD, Entry, entry_of
from services.gateway.store.catalogues import load_texts
from shared.events.event import Fact
from shared.events.gateway import DocumentSubmitted, MandateAccepted, MandateEnded, MandateRevoked
from shared.events.notify import ForwardFailed
from shared.events.upload import PageChecked
from shared.ids import new_id

TEXTS = load_texts()
TOLD_HELPERS = (MandateAccepted, MandateRevoked, MandateEnded)
LANGUAGES = sorted(TEXTS.catalogues)


def _codes(fact: type[Fact]) -> set[str]:
    kind = fact.type.rpartition(".v")[0]
    chosen = [
        get_args(fact.model_fields[name].annotation)
        for name in ("verdict", "answer", "errand", "outcome")
        if name in fact.model_fields
    ]
    own = {f"{kind}.{reason}" for reason in FAILED_FOR} if fact is ForwardFailed else set()
    own |= {f"{kind}.{AGAIN}"} if fact is DocumentSubmitted else set()
    own |= {f"{kind}.{RESIGNED}"} if fact is MandateRevoked else set()
    own |= {f"{code}.helper" for code in {kind, *own}} if fact in TOLD_HELPERS else set()
    if fact is PageChecked:
        chosen = [(*verdicts, *(f"read.{verdict}" for verdict in verdicts)) for verdicts in chosen]
    return {f"{kind}.{variant}" for variant in chosen[0]} if chosen else {kind, *own}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_text(language: str) -> None:
    """Each refusal has a title and a detail, and no text is left over."""
    problems = TEXTS.catalogues[language]["problems"]
    assert set(problems) == set(STATUS)
    assert all(title and detail for title, detail in problems.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_has_a_text(language: str) -> None:
    """Each fact a citizen is told of has a text for each of its variants."""
    wanted = {code for fact in TOLD for code in _codes(fact)}
    told = set(TEXTS.catalogues[language]["timeline"])
    assert wanted <= told
    assert {code.removesuffix(".dated") for code in told} - wanted == {"other"}


def test_languages_fill_in_the_same_values() -> None:
    """A translation neither forgets nor invents what is filled in."""
    for section, texts in TEXTS.catalogues["de"].items():
        for code, text in texts.items():
            named = [re.findall(r"{(\w+)}", str(TEXTS.catalogues[name][section][code])) for name in LANGUAGES]
            assert all(set(names) == set(re.findall(r"{(\w+)}", str(text))) for names in named), (section, code)


def test_consent_texts_have_a_version() -> None:
    """Every text a citizen can agree to has a version, and the other way round."""
    for language in LANGUAGES:
        assert set(TEXTS.catalogues[language]["consents"]) - {"other"} == set(TEXT_VERSIONS)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "de"),
        ("", "de"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("fr, en;q=0.3, de;q=0.8", "de"),
        ("en;q=0", "de"),
        ("EN-gb", "en"),
        ("*", "de"),
        ("en;q=x, de", "de"),
        (",;q=,", "de"),
    ],
)
def test_best_language_is_chosen(header: str | None, language: str) -> None:
    """The client's order counts; German is for everybody else."""
    assert TEXTS.language(header) == language


def test_time_is_berlins_in_summer_and_winter() -> None:
    """People read local time, and its date."""
    assert TEXTS.time(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "de") == "Donnerstag, 2. Juli 2026, 00:30 Uhr"
    assert TEXTS.time(datetime(2026, 1, 1, 22, 30, tzinfo=UTC), "en") == "Thursday, 1 January 2026, 23:30"


def test_window_says_its_day_once() -> None:
    """A span within one day reads as such, in Berlin's time."""
    start, end = datetime(2026, 7, 1, 8, tzinfo=UTC), datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert TEXTS.window(start, end, "de") == "Mittwoch, 1. Juli 2026, 10:00 bis 12:00"
    assert TEXTS.window(start, end, "en") == "Wednesday, 1 July 2026, 10:00 to 12:00"


def test_a_near_day_leaves_its_year_out() -> None:
    """A day of the next weeks fits a phone's select box."""
    day = date(2026, 11, 24)
    assert TEXTS.near_day(day, "de") == "Dienstag, 24. November"
    assert TEXTS.near_day(day, "en") == "Tuesday 24 November"


@pytest.mark.parametrize(
    ("seconds", "language", "words"),
    [
        (1, "de", "1 Sekunde"),
        (48, "de", "48 Sekunden"),
        (50, "de", "1 Minute"),
        (61, "en", "2 minutes"),
        (3601, "ru", "2 часа"),
        (35, "ro", "35 de secunde"),
        (120, "ar", "دقيقتان"),
    ],
)
def test_waiting_is_said_in_whole_units(seconds: int, language: str, words: str) -> None:
    """Nobody counts 900 seconds, and nobody comes back too early."""
    assert TEXTS.wait(seconds, language) == words
    assert words in TEXTS.problem("rate.exceeded", language, retry_after_s=seconds)[1]


def test_numbers_follow_the_language() -> None:
    """Thousands are set apart as the reader's language does it."""
    assert TEXTS.get("receipt", "size", "de", kilobytes=12345) == "12.345 KB"
    assert TEXTS.get("receipt", "size", "en", kilobytes=12345) == "12,345 KB"
    assert TEXTS.get("receipt", "size", "ru", kilobytes=12345) == "12\u00a0345 КБ"


def test_what_is_quoted_keeps_its_direction() -> None:
    """In Arabic a number that begins with a digit would change places with its own end."""
    assert "\u20684SV5-2AL5-6\u2069" in TEXTS.get("timeline", "document.submitted", "ar", receipt_number="4SV5-2AL5-6")
    assert "\u2068" not in TEXTS.get("timeline", "document.submitted", "uk", receipt_number="4SV5-2AL5-6")


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_times_are_in_words_of_the_language(language: str) -> None:
    """No language falls back to another's names, nor to half a day's hours."""
    at = datetime(2026, 7, 1, 20, 5, tzinfo=UTC)
    said = {
        "de": "Juli",
        "de-simple": "Juli",
        "en": "July",
        "tr": "Temmuz",
        "ar": "يوليو",
        "uk": "липня",
        "ru": "июля",
        "ro": "iulie",
        "bg": "юли",
    }
    for text in (TEXTS.time(at, language), TEXTS.exact_time(at, language), TEXTS.window(at, at, language)):
        assert said[language] in text
        assert "22:05" in text
    assert said[language] in TEXTS.near_day(at.date(), language)


def _entry(code: str, **values: object) -> Entry:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    kind, ids = code, {"about": "page", "about_id": "x"}
    return Entry(id="x", citizen_id="c", at=at, kind=kind, code=code, values=values, **ids)


def test_entry_quotes_names_times_and_reasons() -> None:
    """Suppliers are named, times are local, and the main reason is in words."""
    when = datetime(2026, 8, 1, 10, tzinfo=UTC)
    answered = _entry("forward.acknowledged.cut_postponed", supplier_id="evo", no_cut_before=when)
    text = TEXTS.entry(answered, "de", {"evo": "EVO"})
    assert text == "EVO schiebt die Sperre auf: frühestens Samstag, 1. August 2026, 12:00 Uhr."
    cut = _entry("page.checked.retake", reasons=["cut", "blurred"], cut_reader=["B", "R"])
    expected = "Please take the picture again. The page is cut off: bottom, right. Move a little further away."
    assert TEXTS.entry(cut, "en", {}) == expected


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("consent_revoked", "The papers are not sent to EVO, as you took your consent back."),
        ("unreachable", "The papers could not reach EVO. A person is seeing to it."),
    ],
)
def test_failure_names_the_citizens_own_wish(reason: str, text: str) -> None:
    """Whoever took the consent back reads that, and not that something went wrong."""
    at, ids = datetime(2026, 7, 1, tzinfo=UTC), {f"{name}_id": new_id() for name in ("forward", "document", "citizen")}
    failed = ForwardFailed(**ids, supplier_id="evo", reason=reason, failed_at=at)
    entry = entry_of(failed, id=new_id(), at=at, citizen_id=failed.citizen_id)
    assert entry
    assert TEXTS.entry(entry, "en", {"evo": "EVO"}) == text


def test_unknown_codes_still_say_something() -> None:
    """A code of a newer service has a general text."""
    assert TEXTS.entry(_entry("something.new"), "de", {}) == "Es gibt etwas Neues."
    assert TEXTS.reasons(["something_new"], [], "en") == ["The page is hard to read."]


def test_german_is_there() -> None:
    """Without German there would be nothing to fall back to."""
    assert isinstance(TEXTS, Texts)
    assert "de" in TEXTS.catalogues
