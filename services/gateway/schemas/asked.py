"""The bodies of requests."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.events.event import Code, Id
from shared.events.gateway import CallbackTopic, Language, MandateKind, MandateScope


class Asked(BaseModel):
    """A request's body; unknown fields are refused, so that a misspelt one is not lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Activation(Asked):
    """The code from the job centre's letter, however it was typed."""

    code: Annotated[str, Field(min_length=1, max_length=40, examples=["K7Q2-M9XA-4"])]


class Submission(Asked):
    """Pages in reading order; at most as many as `GET /v1/limits` says."""

    page_ids: Annotated[list[Id], Field(max_length=500)]
    declared_type: Annotated[Code | None, Field(examples=["sperrankuendigung"])] = None


class PageExchange(Asked):
    """The page, uploaded before, that takes the place of another one."""

    page_id: Id


class ReceiptCheck(Asked):
    """The number and the check code of a receipt, however they were typed."""

    number: Annotated[str, Field(min_length=1, max_length=40, examples=["K7Q2-M9XA-4"])]
    code: Annotated[str, Field(min_length=1, max_length=40, examples=["P3WZ-6HND-K"])]


class ConsentRequest(Asked):
    """Which pages a supplier may get, and the version of the text that was agreed to."""

    supplier_id: Code
    purpose: Literal["power_cut"]
    page_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    text_version: Annotated[str, Field(max_length=40)]


class CallbackRequest(Asked):
    """What a call is wished for, in which language, and when it suits."""

    topic: CallbackTopic
    language: Language = "de"
    window_start: AwareDatetime
    window_end: AwareDatetime


Name = Annotated[
    str,
    # No line breaks, and nothing that turns the direction of what stands around it: it is printed on receipts.
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]+$",
    ),
    Field(examples=["Sevim Kaya"]),
]


class MandateRequest(Asked):
    """Whom a citizen lets act for them, in what, and until the end of which day; at most a year ahead."""

    kind: MandateKind
    scopes: Annotated[list[MandateScope], Field(min_length=1, max_length=3)]
    last_day: date
    called: Annotated[Name, Field(description="the helper, as the citizen calls them")]
    citizen_name: Annotated[Name, Field(description="the citizen, as the helper and receipts shall call them")]


class Acceptance(Asked):
    """The code of an invitation, however it was typed, and the name of who accepts."""

    code: Annotated[str, Field(min_length=1, max_length=40, examples=["K7Q2-M9XA-4"])]
    name: Name


class CallReport(Asked):
    """How a call went."""

    outcome: Literal["reached", "no_answer"]


class Confirmation(Asked):
    """A supplier's answer to a packet."""

    answer: Literal["received", "cut_postponed", "instalments_agreed", "refused"] = "received"
    no_cut_before: AwareDatetime | None = None
