"""No event can carry personal data: its fields have no room for a name, a number or a text of a person."""

from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from shared.events.event import Fact
from tests.contract.events import facts, leaves, models

PERSONAL = (
    "Erika Mustermann",
    "Mustermann",
    "erika@example.org",
    "+49 208 1234567",
    "0208 1234567",
    "35902//0001234",
    "35902BG0001234",
    "DE89 3704 0044 0532 0130 00",
    "Marktstraße 1, 46045 Oberhausen",
    "1990-02-30 geboren",
    "Ich kann die Rechnung nicht bezahlen.",
)
TELLTALE = ("name", "phone", "mail", "address", "birth", "iban", "text", "note", "comment", "message", "title", "free")
# A version of a text is no text; a key is no content.
HARMLESS = {"text_version", "text_key"}
NUMBERS_AND_TIMES = (int, float, bool, AwareDatetime, type(None))

ALL = [model for fact in facts() for model in models(fact)]


def rooms(model: type[BaseModel]) -> list[tuple[str, Any]]:
    """Return each field's name with each type it may hold, constraints included."""
    kept = []
    for name, field in model.model_fields.items():
        whole = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        kept += [(name, leaf) for leaf in ([whole] if field.annotation is str else leaves(whole))]
    return kept


def has_room_for_personal_data(kind: Any) -> bool:
    """Tell whether a value of this type could be what a person is called, reached or known by, or wrote."""
    if kind in NUMBERS_AND_TIMES or get_origin(kind) is Literal:
        return False
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return False
    if get_origin(kind) is Annotated and get_args(kind)[0] is not str:
        return any(has_room_for_personal_data(leaf) for leaf in leaves(get_args(kind)[0]))
    return any(_accepts(kind, text) for text in PERSONAL)


def _accepts(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_fields_have_no_room_for_personal_data(model: type[BaseModel]) -> None:
    """Ids, codes, hashes, keys, links, numbers and times are allowed; free text is not."""
    open_fields = [name for name, kind in rooms(model) if has_room_for_personal_data(kind)]
    assert not open_fields, f"{model.__name__}: {open_fields} could hold free text; give them a type of event.py"


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_field_names_do_not_ask_for_personal_data(model: type[BaseModel]) -> None:
    """A field named for something personal would be filled with it sooner or later."""
    suspicious = [
        name for name in model.model_fields if name not in HARMLESS and any(word in name for word in TELLTALE)
    ]
    assert not suspicious


class Gossip(BaseModel):
    """What the guard must find."""

    note: str
    notes: tuple[str, ...]
    reason: str | None
    anything: Any
    extra: dict[str, str]


def test_guard_finds_free_text() -> None:
    """The guard itself fails on a string, a list of strings, an optional string, a dictionary and anything."""
    assert {name for name, kind in rooms(Gossip) if has_room_for_personal_data(kind)} == set(Gossip.model_fields)


def test_every_fact_is_looked_at() -> None:
    """The guard walks all publishers, and the models inside a fact."""
    names = {model.__name__ for model in ALL}
    assert {"PageUploaded", "SubmittedPage", "TypeSuggestion", "PacketFile", "CallbackOverdue"} <= names
    assert all(issubclass(fact, Fact) for fact in facts())
