"""Where the servers are: read once, by the process that starts the services."""

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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

    rabbit_url: Annotated[SecretStr, Field(description="amqp(s)://USER:PASSWORD@HOST:PORT/VHOST")] = SecretStr(
        "amqp://guest:guest@127.0.0.1:5672/"
    )
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
    public_url: Annotated[str, Field(description="the gateway as partners reach it")] = "http://127.0.0.1:8080"
    retry_delays_ms: Annotated[
        tuple[int, ...], Field(description="before each further try of a failed event; then the dead queue")
    ] = (5_000, 30_000, 300_000, 1_800_000)

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
