"""How the upload service works: its child processes and their limits."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class UploadSettings(BaseSettings):
    """Settings of the upload service, from `AMTSBOTE_UPLOAD_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_UPLOAD_", frozen=True)

    processes: int | None = None  # one a core
    reserved_processes: int = 1  # more of them, for verdicts only: see docs/decisions/0008
    check_seconds: float = 30.0
    read_seconds: float = 120.0
    bind_seconds: float = 120.0
    memory_bytes: int = 4_000_000_000
    check_deadline_s: float = 120.0
    document_deadline_s: float = 600.0
    documents_at_once: int = 2
