"""The wire format of every event is pinned by a golden sample that other people's software may rely on."""

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import ValidationError, create_model
from pydantic_core import from_json, to_json

from shared.events.event import TYPE_PREFIX, Fact, event_class
from tests.contract.events import SAMPLES, facts, sample

FACTS = facts()
each_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)


def test_every_fact_has_a_sample_and_every_sample_a_fact() -> None:
    """A new event comes with its sample; an event that is gone takes its sample along."""
    assert {path.name for path in SAMPLES.iterdir()} == {f"{fact.type}.json" for fact in FACTS}


def test_wire_types_are_unique_and_versioned() -> None:
    """A type is `<subject>.<past participle>.v<n>`, and belongs to one class."""
    types = [fact.type for fact in FACTS]
    assert len(set(types)) == len(types)
    assert all(kind.rpartition(".v")[2].isdecimal() for kind in types)


@each_fact
def test_sample_is_a_cloud_event(fact: type[Fact]) -> None:
    """The official CloudEvents package reads the sample, and validates what CloudEvents 1.0 asks for."""
    event = JSONFormat().read(CloudEvent, to_json(sample(fact)))
    assert event.get_type() == TYPE_PREFIX + fact.type
    assert event.get_dataschema() == f"urn:amtsbote:event:{fact.type}"


@each_fact
def test_sample_survives_the_round_trip(fact: type[Fact]) -> None:
    """Reading and writing a sample gives the same JSON: no field is lost, renamed or written otherwise."""
    event = event_class(fact).model_validate(sample(fact))
    assert from_json(event.to_json()) == sample(fact)


@each_fact
def test_sample_shows_every_field(fact: type[Fact]) -> None:
    """A sample leaves no optional field out, so that none can disappear unnoticed."""
    assert sample(fact)["data"].keys() == fact.model_fields.keys()


@each_fact
def test_required_fields_stay_required(fact: type[Fact]) -> None:
    """An event without one of its required fields is refused: this is how a removed or renamed field is caught."""
    for name, field in fact.model_fields.items():
        event = sample(fact)
        event["data"][f"{name}_renamed"] = event["data"].pop(name)
        if field.is_required():
            with pytest.raises(ValidationError, match=name):
                event_class(fact).model_validate(event)
        else:
            assert from_json(event_class(fact).model_validate(event).to_json()) != sample(fact)


@each_fact
def test_unknown_fields_are_ignored(fact: type[Fact]) -> None:
    """A newer publisher may add fields anywhere; readers of this version take the event as before."""
    event = sample(fact)
    event["addedlater"] = "x"
    event["data"]["added_later"] = {"deep": [1]}
    for items in (value for value in event["data"].values() if isinstance(value, list)):
        for item in items:
            if isinstance(item, dict):
                item["added_later"] = 1
    assert from_json(event_class(fact).model_validate(event).to_json()) == sample(fact)


def test_type_and_data_must_fit() -> None:
    """An envelope that claims another type than its data is refused."""
    event = sample(FACTS[0]) | {"type": TYPE_PREFIX + FACTS[1].type}
    with pytest.raises(ValidationError, match="not the one of its data"):
        event_class(FACTS[0]).model_validate(event)


@each_fact
def test_class_that_loses_a_field_fails_its_sample(fact: type[Fact]) -> None:
    """The sample is what notices: without any one of its fields, the class no longer gives the sample back."""
    for lost in fact.model_fields:
        kept = {name: (field.annotation, field) for name, field in fact.model_fields.items() if name != lost}
        changed = create_model("Changed", **kept)  # type: ignore[call-overload] # fields known only at run time
        assert changed.model_validate(sample(fact)["data"]).model_dump(mode="json") != sample(fact)["data"]
