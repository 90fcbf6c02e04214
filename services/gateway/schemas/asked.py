"""The bodies of requests."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.events.event import Code, Id
from shared.events.gateway import CallbackTopic, Language


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


class CallReport(Asked):
    """How a call went."""

    outcome: Literal["reached", "no_answer"]


class Confirmation(Asked):
    """A supplier's answer to a packet."""

    answer: Literal["received", "cut_postponed", "instalments_agreed", "refused"] = "received"
    no_cut_before: AwareDatetime | None = None
