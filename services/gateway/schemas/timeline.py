"""The timeline as its citizen reads it."""

from collections.abc import Mapping
from datetime import datetime

from services.gateway.domain.texts import Texts
from services.gateway.domain.timeline import Entry
from services.gateway.schemas.shown import Shown


class AboutShown(Shown):
    """What an entry is about."""

    type: str
    id: str


class EntryShown(Shown):
    """One thing that happened, in the reader's language."""

    id: str
    at: datetime
    kind: str
    code: str
    about: AboutShown
    document_id: str | None
    due_at: datetime | None
    by: str | None = None
    text: str

    @classmethod
    def of(cls, entry: Entry, texts: Texts, language: str, suppliers: Mapping[str, str]) -> "EntryShown":
        """Return an entry as its citizen reads it."""
        return cls(
            about=AboutShown(type=entry.about, id=entry.about_id),
            text=texts.entry(entry, language, suppliers),
            **entry.model_dump(include=set(cls.model_fields) - {"about"}),
        )


class Timeline(Shown):
    """Entries, newest first."""

    items: tuple[EntryShown, ...]
    next_cursor: str | None = None
