"""The gateway's own settings, from `AMTSBOTE_GATEWAY_*` variables."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.gateway.domain.limits import LINK_DAYS, Limits, Most, Patience
from services.gateway.domain.logins import Provider
from shared.limits import MAX_FILE_BYTES


class GatewaySettings(BaseSettings):
    """Where it listens, what it takes, and how long it waits."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_GATEWAY_", frozen=True)

    port: Annotated[int, Field(description="where it listens")] = 8080
    max_file_bytes: Annotated[int, Field(ge=1, le=MAX_FILE_BYTES, description="of one file")] = MAX_FILE_BYTES
    max_pages: Annotated[int, Field(ge=1, le=30, description="of one document; events name 30 at most")] = 30
    max_json_bytes: Annotated[int, Field(description="of a request without a file")] = 64 * 1024

    rate_activation: Annotated[
        str, Field(description="codes and logins of one client address, and codes one citizen asks for")
    ] = "10/minute"
    rate_newcomer: Annotated[
        str, Field(description="starts without an account of one client address (IPv6: its /64)")
    ] = "10/hour"
    max_newcomers: Annotated[int, Field(description="the same in a day, in all processes together")] = 40
    max_wrong_codes: Annotated[
        int, Field(description="codes mistyped at one client address in an hour, in all processes together")
    ] = 60
    max_wrong_codes_together: Annotated[
        int,
        Field(description="codes mistyped anywhere in an hour; beyond, who mistyped one waits until it is over"),
    ] = 5000
    rate_unknown: Annotated[str, Field(description="requests of one client address without a valid token")] = (
        "60/minute"
    )
    rate_citizen: Annotated[str, Field(description="requests of one citizen")] = "600/minute"
    rate_upload: Annotated[str, Field(description="uploads of one citizen")] = "120/minute"
    rate_submit: Annotated[
        str, Field(description="documents one citizen hands in, and pages of them that are taken again")
    ] = "10/minute"
    rate_submit_newcomer: Annotated[
        str, Field(description="the same, of all without an account at one client address (IPv6: its /64)")
    ] = "5/minute"
    rate_tool: Annotated[str, Field(description="requests of one caseworker tool")] = "1200/minute"
    rate_supplier: Annotated[str, Field(description="requests of one supplier")] = "600/minute"

    rate_receipt: Annotated[str, Field(description="receipts printed for one citizen")] = "20/minute"
    rate_channel: Annotated[str, Field(description="codes and test messages one citizen has sent")] = "10/hour"
    rate_consent: Annotated[str, Field(description="consents one citizen gives")] = "30/day"
    rate_consent_newcomer: Annotated[
        str, Field(description="the same, of all without an account at one client address")
    ] = "60/day"
    rate_callback: Annotated[str, Field(description="callbacks one citizen asks for")] = "10/day"
    rate_callback_newcomer: Annotated[
        str, Field(description="the same, of all without an account at one client address")
    ] = "40/day"
    rate_mail_target: Annotated[str, Field(description="codes and test messages to one e-mail address")] = "5/day"
    rate_mail_newcomer: Annotated[
        str, Field(description="the same, asked for by all without an account at one client address")
    ] = "10/day"
    rate_check: Annotated[str, Field(description="receipts checked by one client address")] = "20/minute"

    receipt_keys: Annotated[
        Path | None, Field(description="the file with the keys that sign receipts; `receipt new-key` makes it")
    ] = None

    deadline_s: Annotated[float, Field(description="how long a client waits for our servers before it hears 503")] = 10
    client_silence_s: Annotated[float, Field(description="how long we wait for a client that sends nothing")] = 30
    client_rate: Annotated[
        int, Field(ge=1, description="what of a body must come on average once `client_grace_s` are over, in bytes/s")
    ] = 8 * 1024
    client_grace_s: Annotated[float, Field(ge=0, description="how long a body may begin more slowly than that")] = 10
    client_body_s: Annotated[float, Field(description="how long a body may take in all: 50 MB at 0.7 Mbit/s")] = 600
    max_uploads_each: Annotated[int, Field(description="files of one citizen on their way at once")] = 4
    max_uploads_address: Annotated[int, Field(ge=1, description="the same of one client address (IPv6: its /64)")] = 16
    max_uploads_together: Annotated[
        int, Field(ge=1, description="the same of everybody; without an account: half, at one address a quarter")
    ] = 32
    max_downloads_each: Annotated[int, Field(ge=1, description="files sent at once to one citizen or partner")] = 8
    max_downloads_address: Annotated[int, Field(ge=1, description="the same to one client address (IPv6: its /64)")] = (
        24
    )
    max_downloads_together: Annotated[
        int, Field(ge=1, description="the same to everybody; without an account: half, at one address a quarter")
    ] = 64

    max_unsent_bytes: Annotated[int, Field(description="of one citizen's files that are in no document yet")] = (
        300 * 1024**2
    )
    max_unsent_bytes_newcomer: Annotated[int, Field(description="the same, of somebody without an account")] = (
        60 * 1024**2
    )
    max_newcomer_bytes_a_day: Annotated[
        int, Field(description="of files that all without an account send from one client address in a day")
    ] = 600 * 1024**2
    max_unfinished_uploads: Annotated[int, Field(description="uploads in parts of one citizen that wait")] = 60
    upload_valid_days: Annotated[int, Field(description="how long an upload in parts waits for its next part")] = 7
    unsent_page_days: Annotated[
        int, Field(description="how long a page is kept that is in no draft and was never handed in")
    ] = 14

    repeat_after_s: Annotated[
        float, Field(description="when a submission without an effect is announced again, then after twice as long")
    ] = 15 * 60
    reconcile_every_s: Annotated[float, Field(description="how often such submissions are looked for")] = 5 * 60
    end_mandates_every_s: Annotated[
        float,
        Field(description="how often mandates whose last day is over are told of; access ends with the day itself"),
    ] = 60
    arrive_every_s: Annotated[
        float, Field(description="how often uploads are looked for that are complete and became no page")
    ] = 60
    sweep_every_s: Annotated[float, Field(description="how often files that nobody needs are looked for")] = 60 * 60
    download_valid_days: Annotated[int, Field(le=LINK_DAYS, description="how long a link to a packet works")] = 7
    confirm_valid_days: Annotated[int, Field(description="how long a link to confirm a packet works")] = 60

    # A login by an identity provider, off without an issuer; its redirect address is `AMTSBOTE_PUBLIC_URL`/login/back.
    oidc_issuer: Annotated[str, Field(description="of an OpenID provider, exactly as it states it; empty: none")] = ""
    oidc_client_id: Annotated[str, Field(description="the gateway's name at the provider")] = ""
    oidc_client_secret: Annotated[SecretStr, Field(description="the gateway's secret at the provider")] = SecretStr("")
    oidc_scopes: Annotated[str, Field(description="what the provider is asked to tell")] = "openid profile phone"
    oidc_name: Annotated[str, Field(description="of the button: what people call the provider")] = "BundID"

    # What the pages say of who runs them; none of it can be invented.
    office_name: Annotated[str, Field(description="who issues receipts; it stands at the top of every page")] = (
        "Jobcenter"
    )
    imprint: Annotated[str, Field(description="plain text, paragraphs parted by an empty line")] = ""
    privacy: Annotated[str, Field(description="the privacy notice, in the same form")] = ""
    accessibility: Annotated[str, Field(description="the statement's findings, if not the project's own")] = ""
    feedback_email: Annotated[str, Field(description="where citizens tell of barriers")] = ""

    @property
    def limits(self) -> Limits:
        """What the gateway takes, in the form its rules use."""
        return Limits(
            file_bytes=self.max_file_bytes,
            pages=self.max_pages,
            json_bytes=self.max_json_bytes,
            unfinished_uploads=self.max_unfinished_uploads,
            upload_days=self.upload_valid_days,
            unsent_page_days=self.unsent_page_days,
            unsent_bytes=self.max_unsent_bytes,
            unsent_bytes_newcomer=self.max_unsent_bytes_newcomer,
            newcomer_bytes_a_day=self.max_newcomer_bytes_a_day,
            newcomers=self.max_newcomers,
            wrong_codes=self.max_wrong_codes,
            wrong_codes_together=self.max_wrong_codes_together,
        )

    @property
    def patience(self) -> Patience:
        """How long a client is waited for."""
        return Patience(self.client_silence_s, self.client_body_s, self.client_rate, self.client_grace_s)

    @property
    def uploads_at_once(self) -> Most:
        """How many uploads may be under way at once."""
        return Most(self.max_uploads_each, self.max_uploads_address, self.max_uploads_together)

    @property
    def downloads_at_once(self) -> Most:
        """How many files may be sent at once."""
        return Most(self.max_downloads_each, self.max_downloads_address, self.max_downloads_together)

    @property
    def provider(self) -> Provider | None:
        """The identity provider, if there is one."""
        if not self.oidc_issuer:
            return None
        return Provider(
            self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_scopes, self.oidc_name
        )

    @property
    def rates(self) -> dict[str, str]:
        """The rate of each kind of client, by the name of the kind."""
        return {
            name.removeprefix("rate_"): value for name, value in self.model_dump().items() if name.startswith("rate_")
        }
