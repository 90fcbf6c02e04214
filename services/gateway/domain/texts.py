"""What people read: looked up by code and language, German where nothing else fits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal

from services.gateway.domain.timeline import Entry
from shared.clock import BERLIN

DEFAULT = "de"
Catalogue = Mapping[str, Mapping[str, Any]]
HOUR_S, MINUTE_S = 3600, 60
# Four fifths of an hour read better as an hour; Babel's own threshold (0.85) then never rounds down.
NEARLY = 0.8
# First strong isolate, and pop directional isolate: a number or a name keeps its own direction (UAX #9, 2.4).
ISOLATED = "\u2068{}\u2069"


@dataclass(frozen=True, slots=True)
class Texts:
    """The catalogues of all languages; the sections are those of `languages/de.toml`."""

    catalogues: Mapping[str, Catalogue]

    def language(self, accept_language: str | None) -> str:
        """Return the best language for an `Accept-Language` header (RFC 9110, 12.5.4)."""
        for wanted in _by_preference(accept_language or ""):
            short = wanted.partition("-")[0]
            if found := next((name for name in (wanted, short) if name in self.catalogues), None):
                return found
        return DEFAULT

    def get(self, section: str, code: str, language: str, **values: Any) -> str:
        """Return the text of `code`, filled; an unknown code has the section's text `other`."""
        texts = self.catalogues[language][section]
        return _filled(texts.get(code, texts["other"]), language, values)

    def problem(self, code: str, language: str, **values: Any) -> tuple[str, str]:
        """Return title and detail of a problem."""
        title, detail = self.catalogues[language]["problems"][code]
        waiting = values.get("retry_after_s")
        return title, _filled(detail, language, {**values, "wait": self.wait(waiting, language) if waiting else ""})

    def notice(self, way: str, topic: str, language: str, **values: Any) -> tuple[str, str]:
        """Return subject and body of what a citizen is told outside the app."""
        subject, body = self.catalogues[language]["notices"][f"{way}.{topic}"]
        return subject, _Tolerant().format(body, **values)

    def time(self, at: datetime, language: str) -> str:
        """Return an instant as people in Germany read it: Europe/Berlin, to the minute."""
        pattern = self.catalogues[language]["forms"]["time"]
        return format_datetime(at, pattern, tzinfo=BERLIN, locale=_locale(language))

    def wait(self, seconds: int, language: str) -> str:
        """Return how long to wait, in the largest unit that fits, rounded up."""
        unit = next((unit for unit in (HOUR_S, MINUTE_S) if seconds > NEARLY * unit), 1)
        return format_timedelta(timedelta(seconds=-(-seconds // unit) * unit), locale=_locale(language))

    def day(self, day: date, language: str) -> str:
        """Return a day with its weekday, in full."""
        return format_date(day, "full", locale=_locale(language))

    def day_of(self, at: datetime, language: str) -> str:
        """Return the day that an instant lies on in Germany, with its year."""
        return format_date(at.astimezone(BERLIN).date(), "long", locale=_locale(language))

    def near_day(self, day: date, language: str) -> str:
        """Return a day of the next weeks with its weekday in full: its year goes without saying."""
        forms = Locale.parse(_locale(language)).datetime_skeletons
        pattern = next(forms[name].pattern for name in ("MMMMEEEEd", "MMMMEd", "MMMEd") if name in forms)
        return format_date(day, re.sub("[Ec]+", "EEEE", re.sub("M+", "MMMM", pattern)), locale=_locale(language))

    def window(self, start: datetime, end: datetime, language: str) -> str:
        """Return a window of one day in Berlin, the day said once."""
        first, last = (format_time(at, "HH:mm", tzinfo=BERLIN, locale=_locale(language)) for at in (start, end))
        day = self.day(start.astimezone(BERLIN).date(), language)
        return _filled(
            self.catalogues[language]["forms"]["window"], language, {"day": day, "start": first, "end": last}
        )

    def exact_time(self, at: datetime, language: str) -> str:
        """Return an instant to the second, with its zone: what a receipt is asked for."""
        pattern = self.catalogues[language]["forms"]["exact_time"]
        return format_datetime(at, pattern, tzinfo=BERLIN, locale=_locale(language))

    def entry(self, entry: Entry, language: str, suppliers: Mapping[str, str]) -> str:
        """Return the text of a timeline entry; `suppliers` are names by id."""
        supplier_id = entry.values.get("supplier_id")
        times = {k: self.time(v, language) for k, v in entry.values.items() if isinstance(v, datetime)}
        values = {**entry.values, **times, "supplier": suppliers.get(supplier_id, supplier_id) if supplier_id else ""}
        reasons = self.reasons(entry.values.get("reasons", ()), entry.values.get("cut_reader", ()), language)
        code = f"{entry.code}.dated" if values.get("no_cut_before") else entry.code
        due = self.time(entry.due_at, language) if entry.due_at else ""
        return self.get("timeline", code, language, **{**values, "reason": " ".join(reasons[:1]), "due": due}).strip()

    def reasons(self, codes: Any, sides: Any, language: str) -> list[str]:
        """Return what to say about a page, one sentence per reason, in their order."""
        names = ", ".join(self.get("sides", side, language) for side in sides)
        return [
            self.get("reasons", "cut_sides" if code == "cut" and names else code, language, sides=names)
            for code in codes
        ]


def _locale(language: str) -> str:
    """Return the locale whose forms people here read: the day before the month in English, too."""
    return "en_GB" if language == "en" else language.partition("-")[0]


def direction_of(language: str) -> str:
    """Return `ltr` or `rtl`, as the HTML attribute `dir` wants it."""
    return str(Locale.parse(_locale(language)).text_direction)


def _filled(text: str, language: str, values: Mapping[str, Any]) -> str:
    return _Tolerant().format(text, **{name: _quoted(value, language) for name, value in values.items()})


def _quoted(value: Any, language: str) -> Any:
    """Return a value as it stands in a text; from right to left kept apart, or its parts would change places."""
    if isinstance(value, str) and value and direction_of(language) == "rtl":
        return ISOLATED.format(value)
    return format_decimal(value, locale=_locale(language)) if type(value) is int else value


class _Tolerant(Formatter):
    """Leaves out what a text quotes and an old entry does not have."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs.get(key, "") if isinstance(key, str) else super().get_value(key, args, kwargs)


def _by_preference(header: str) -> list[str]:
    weighted = []
    for part in header.split(","):
        name, _, q = part.strip().partition(";q=")
        try:
            weight = float(q) if q else 1.0
        except ValueError:
            continue
        if name and weight > 0:
            weighted.append((weight, name.lower()))
    return [name for _, name in sorted(weighted, key=lambda pair: -pair[0])]
