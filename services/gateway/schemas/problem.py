"""Errors as RFC 9457 writes them: `application/problem+json`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """A field that does not fit, and why; never what was sent."""

    field: str
    reason: str


class Problem(BaseModel):
    """What went wrong, for machines (`code`) and in the language the client asked for (`title`, `detail`)."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, Field(examples=["urn:amtsbote:problem:page.format"])]
    code: Annotated[str, Field(examples=["page.format"])]
    status: int
    title: str
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
