"""The gateway's own settings, from `AMTSBOTE_GATEWAY_*` variables."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from services.gateway.domain.limits import Limits
from shared.limits import MAX_FILE_BYTES


class GatewaySettings(BaseSettings):
    """Where it listens, what it takes, and how long it waits."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_GATEWAY_", frozen=True)

    port: int = 8080
    max_file_bytes: int = MAX_FILE_BYTES
    max_pages: int = 30
    max_json_bytes: int = 64 * 1024

    # Rates as `limits` writes them; per principal, and per client address before one is known.
    rate_activation: str = "10/minute"
    rate_unknown: str = "60/minute"
    rate_citizen: str = "600/minute"
    rate_upload: str = "120/minute"
    rate_tool: str = "1200/minute"
    rate_supplier: str = "600/minute"

    # What a client waits for our servers before it hears 503, and what we wait for a silent client.
    deadline_s: float = 10
    client_silence_s: float = 30
    # The longest a body may take in all: 50 MB at 0.7 Mbit/s. And how many files may be on their way at once.
    client_body_s: float = 600
    max_uploads_each: int = 4
    max_uploads_together: int = 32

    # A submission without an effect is announced again after this time, then after twice as long, and so on.
    repeat_after_s: float = 15 * 60
    reconcile_every_s: float = 5 * 60
    sweep_every_s: float = 60 * 60
    download_valid_days: int = 7
    confirm_valid_days: int = 60

    # What the pages say of who runs them: plain text, paragraphs parted by an empty line. None of it can be invented.
    office_name: str = "Jobcenter"
    imprint: str = ""
    privacy: str = ""
    accessibility: str = ""
    feedback_email: str = ""

    @property
    def limits(self) -> Limits:
        """What the gateway takes, in the form its rules use."""
        return Limits(self.max_file_bytes, self.max_pages, self.max_json_bytes)

    @property
    def rates(self) -> dict[str, str]:
        """The rate of each kind of client, by the name of the kind."""
        return {
            name.removeprefix("rate_"): value for name, value in self.model_dump().items() if name.startswith("rate_")
        }
