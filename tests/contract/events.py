"""All fact classes, found by walking the contracts, and their golden samples."""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json

from shared import events
from shared.events.event import Fact

SAMPLES = Path(__file__).parent / "samples"


def facts() -> list[type[Fact]]:
    """Return every fact class of every publisher, by wire type."""
    for module in pkgutil.iter_modules(events.__path__, f"{events.__name__}."):
        import_module(module.name)
    # Tests of the messaging itself have facts of their own.
    ours = [fact for fact in Fact.__subclasses__() if fact.__module__.startswith(f"{events.__name__}.")]
    return sorted(ours, key=lambda fact: fact.type)


def sample(fact: type[Fact]) -> dict[str, Any]:
    """Return the golden sample of a fact class: a whole event, as it crosses the wire."""
    event: dict[str, Any] = from_json((SAMPLES / f"{fact.type}.json").read_bytes())
    return event


def models(fact: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a model and the models its fields hold."""
    inner = [arg for field in fact.model_fields.values() for arg in leaves(field.annotation)]
    return [fact, *(m for arg in inner if isinstance(arg, type) and issubclass(arg, BaseModel) for m in models(arg))]


def leaves(annotation: Any) -> list[Any]:
    """Return the types a field's annotation is made of, without tuples and unions around them."""
    arguments = getattr(annotation, "__args__", ())
    if not arguments or hasattr(annotation, "__metadata__") or annotation.__class__.__name__ == "_LiteralGenericAlias":
        return [annotation]
    return [leaf for argument in arguments if argument is not ... for leaf in leaves(argument)]
