"""How the upload service works: its child processes and their limits."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.events.event import Code


class UploadSettings(BaseSettings):
    """Settings of the upload service, from `AMTSBOTE_UPLOAD_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_UPLOAD_", frozen=True)

    processes: Annotated[int | None, Field(description="child processes for pictures; one a core")] = None
    reserved_processes: Annotated[
        int, Field(description="more of them, for verdicts only: see docs/decisions/0009")
    ] = 1
    check_seconds: Annotated[float, Field(description="the longest a child may look at a page")] = 30.0
    probe_seconds: Annotated[float, Field(description="the longest a child may read the upper part of a page")] = 60.0
    read_seconds: Annotated[float, Field(description="the longest a child may read a page")] = 120.0
    bind_seconds: Annotated[float, Field(description="the longest a child may bind a document")] = 120.0
    memory_bytes: Annotated[int, Field(description="the most a child may take")] = 4_000_000_000
    check_deadline_s: Annotated[
        float, Field(description="the longest a page may be looked at once it is its turn; then it is tried again")
    ] = 120.0
    document_deadline_s: Annotated[
        float, Field(description="the longest a document may take once it is its turn; then it is tried again")
    ] = 600.0
    documents_at_once: Annotated[
        int, Field(gt=0, description="documents a process works on at the same time, urgent ones apart")
    ] = 2
    documents_in_hand: Annotated[
        int, Field(gt=0, description="documents a process takes from the broker, so that citizens can take turns")
    ] = 32
    pages_in_hand: Annotated[
        int, Field(gt=0, description="pages a process takes from the broker, so that citizens can take turns")
    ] = 32
    power_cut_types: Annotated[
        frozenset[Code], Field(description="declared types of documents that go before others")
    ] = frozenset({"sperrandrohung", "sperrankuendigung"})
    sweep_every_s: Annotated[float, Field(gt=0, description="how often files that no row names are swept")] = 60 * 60
