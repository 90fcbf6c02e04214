"""What one client, and all of them together, may take of an HTTP server."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class HttpSettings(BaseSettings):
    """The bounds of each HTTP server, from `AMTSBOTE_HTTP_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_HTTP_", frozen=True)

    head_bytes: Annotated[
        int, Field(ge=1024, description="largest head of a request, its line and all its fields together, in bytes")
    ] = 64 * 1024
    head_fields: Annotated[int, Field(ge=16, description="most fields in the head of a request")] = 100
    head_s: Annotated[float, Field(gt=0, description="longest time until a head is complete, in seconds")] = 30
    idle_s: Annotated[
        int, Field(ge=1, description="how long a kept connection waits for its next request; longer than a proxy does")
    ] = 150
    stalled_s: Annotated[
        float, Field(gt=0, description="how long an answer waits for a client that does not read, in seconds")
    ] = 30
    least_rate: Annotated[
        int, Field(ge=0, description="slowest reading of an answer that is waited for, in bytes a second")
    ] = 2048
    connections: Annotated[int, Field(ge=1, description="most open connections of each server")] = 2000
    connections_each: Annotated[
        int, Field(ge=1, description="most connections of one address (IPv6: its /64), or requests through a proxy")
    ] = 128
