"""Where the servers are: read once, by the process that starts the services."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from shared.push_services import BROWSERS, PushServices

WRONG_SETTINGS = (ValidationError, SettingsError)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SEVERAL_HOSTS = re.compile(r"(?P<login>amqps?://([^/?#]*@)?)(?P<hosts>[^/?#@]*)(?P<rest>.*)")


def each_host(url: str) -> list[str]:
    """Return one address for each host of `amqp(s)://USER:PASSWORD@HOST:PORT,HOST:PORT/VHOST`.

    Raises:
        ValueError: it is none; the text has no part of it, for one may be a password.
    """
    # Not by urlsplit: newer patch releases of Python refuse an IPv6 address behind another host.
    parts = _SEVERAL_HOSTS.fullmatch(url)
    if not parts or not all(_is_host(host) for host in parts["hosts"].split(",")):
        raise ValueError("must be amqp(s)://USER:PASSWORD@HOST:PORT/VHOST, with more HOST:PORT after commas")
    return [f"{parts['login']}{host}{parts['rest']}" for host in parts["hosts"].split(",")]


def _is_host(host: str) -> bool:
    try:
        parts = urlsplit(f"amqp://{host}/")
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _takes_hosts(url: SecretStr) -> SecretStr:
    each_host(url.get_secret_value())
    return url


class ObjectStoreAddress(BaseModel):
    """An S3 endpoint with its credentials and the bucket to use."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    secure: bool
    access_key: str
    secret_key: SecretStr
    bucket: str


class Connections(BaseSettings):
    """The servers a service talks to, from `AMTSBOTE_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_", frozen=True, hide_input_in_errors=True)

    rabbit_url: Annotated[
        SecretStr,
        AfterValidator(_takes_hosts),
        Field(description="amqp(s)://USER:PASSWORD@HOST:PORT/VHOST; a cluster: HOST:PORT,HOST:PORT,... tried in turn"),
    ] = SecretStr("amqp://guest:guest@127.0.0.1:5672/")
    mongo_url: Annotated[SecretStr, Field(description="mongodb://..., a replica set: transactions need one")] = (
        SecretStr("mongodb://127.0.0.1:27017/?directConnection=true")
    )
    s3_url: Annotated[SecretStr, Field(description="http(s)://ACCESS:SECRET@HOST:PORT/BUCKET")] = SecretStr(
        "http://amtsbote:amtsbote@127.0.0.1:9000/amtsbote"
    )
    database_prefix: Annotated[str, Field(description="of each service's database")] = "amtsbote_"
    tenant: Annotated[str, Field(description="the job centre that events belong to")] = "default"
    partners: Annotated[Path, Field(description="the file of caseworker tools and suppliers, mode 0600")] = Path(
        "partners.json"
    )
    link_secret: Annotated[
        SecretStr | None, Field(description="signs one-time links; 32 characters or more, the same everywhere")
    ] = None
    public_url: Annotated[
        str, AfterValidator(lambda url: url.rstrip("/")), Field(description="the gateway as partners reach it")
    ] = "http://127.0.0.1:8080"
    retry_delays_ms: Annotated[
        tuple[Annotated[int, Field(gt=0)], ...],
        Field(min_length=1, description="before each further try of a failed event; then the dead queue"),
    ] = (5_000, 30_000, 300_000, 1_800_000)
    most_crashes: Annotated[
        int, Field(ge=1, description="a message goes to the dead queue after so many tries in which our process died")
    ] = 10
    journal_days: Annotated[
        int, Field(ge=1, description="days that announced events are kept, to announce them again; below the inbox's")
    ] = 30
    inbox_days: Annotated[int, Field(ge=2, description="days that a service remembers what took effect")] = 45
    missing_after_minutes: Annotated[
        int, Field(ge=0, description="minutes until it is asked whether events arrived everywhere; 0: never asked")
    ] = 5

    @model_validator(mode="after")
    def _inbox_outlasts_journal(self) -> "Connections":
        if self.journal_days >= self.inbox_days:
            raise ValueError("AMTSBOTE_JOURNAL_DAYS must be below AMTSBOTE_INBOX_DAYS, or a repeat has a second effect")
        return self

    @property
    def objects(self) -> ObjectStoreAddress:
        """The object store, from `s3_url` in the form `http(s)://ACCESS:SECRET@HOST:PORT/BUCKET`.

        Raises:
            ValueError: if a part is missing; the text names the part, never the secret.
        """
        url = urlsplit(self.s3_url.get_secret_value())
        bucket = url.path.strip("/")
        if not (url.hostname and url.username and url.password and bucket):
            raise ValueError("AMTSBOTE_S3_URL must be http(s)://ACCESS:SECRET@HOST:PORT/BUCKET")
        return ObjectStoreAddress(
            endpoint=url.netloc.rpartition("@")[2],
            secure=url.scheme == "https",
            access_key=unquote(url.username),
            secret_key=SecretStr(unquote(url.password)),
            bucket=bucket,
        )


class MailSettings(BaseSettings):
    """The mail server that takes notices to citizens, from `AMTSBOTE_MAIL_*`; without a host no e-mail is offered."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_MAIL_", frozen=True, hide_input_in_errors=True)

    host: Annotated[str, Field(description="the mail server; e-mail is offered to citizens once it is set")] = ""
    port: Annotated[int, Field(ge=1, le=65535, description="465 with tls, 587 with starttls")] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"], Field(description="how the way there is encrypted; none: loopback only")
    ] = "starttls"
    user: Annotated[str, Field(description="of the login; none if empty")] = ""
    password: Annotated[SecretStr, Field(description="of the login")] = SecretStr("")
    sender: Annotated[str, Field(description="what stands in From: a neutral name is part of keeping the secret")] = ""
    ca_file: Annotated[Path | None, Field(description="PEM file of further certificate authorities to trust")] = None
    answer_within_s: Annotated[float, Field(gt=0, le=60, description="how long the mail server may take")] = 30

    @model_validator(mode="after")
    def _whole(self) -> "MailSettings":
        if self.host and not self.sender:
            raise ValueError("AMTSBOTE_MAIL_SENDER must say who sends, e.g. post@amtsbote.example")
        if self.security == "none" and self.host and self.host not in LOOPBACK:
            raise ValueError("AMTSBOTE_MAIL_SECURITY may be none only for a server on this machine")
        return self

    @property
    def offered(self) -> bool:
        """Whether citizens can be told by e-mail."""
        return bool(self.host)


class PushSettings(BaseSettings):
    """Web Push to citizens' browsers, from `AMTSBOTE_PUSH_*`; without a key it is not offered."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_PUSH_", frozen=True)

    key: Annotated[Path | None, Field(description="the file with the VAPID key; `push new-key` makes it")] = None
    contact: Annotated[
        str, Field(description="mailto: or https: address a push service may turn to; the public URL if empty")
    ] = ""
    hosts: Annotated[
        tuple[str, ...],
        Field(description="push services browsers may name: hosts, each with all below it; https, port 443"),
    ] = BROWSERS
    trial_origins: Annotated[
        tuple[str, ...],
        Field(description="further push services for tests, e.g. http://127.0.0.1:9000: reached on this machine, too"),
    ] = ()
    answer_within_s: Annotated[float, Field(gt=0, le=60, description="seconds a push service may take to answer")] = 4

    @property
    def services(self) -> PushServices:
        """The push services that subscriptions may lead to."""
        return PushServices(self.hosts, self.trial_origins)


def explained(error: ValueError) -> str:
    """Name the variables that are wrong, and what is wrong with each; never a value, which may be a secret."""
    if not isinstance(error, ValidationError):
        return f"{error} (it must be JSON)" if isinstance(error, SettingsError) else str(error)
    kinds = {kind.__name__: kind for kind in BaseSettings.__subclasses__()}
    prefix = kinds[error.title].model_config["env_prefix"] if error.title in kinds else ""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(_fault(prefix, fault["loc"], fault["msg"]) for fault in faults)


def _fault(prefix: str, place: tuple[int | str, ...], message: str) -> str:
    variable = (prefix + str(place[0])).upper() + ": " if place else ""
    return variable + message.removeprefix("Value error, ")
