"""Where the servers are: read once, by the process that starts the services."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr
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

    rabbit_url: SecretStr = SecretStr("amqp://guest:guest@127.0.0.1:5672/")
    mongo_url: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?directConnection=true")
    s3_url: SecretStr = SecretStr("http://amtsbote:amtsbote@127.0.0.1:9000/amtsbote")
    database_prefix: str = "amtsbote_"
    tenant: str = "default"
    partners: Path = Path("partners.json")
    link_secret: SecretStr | None = None
    public_url: str = "http://127.0.0.1:8080"
    retry_delays_ms: tuple[int, ...] = (5_000, 30_000, 300_000, 1_800_000)

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
