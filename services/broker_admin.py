"""Gives each partner a login, a queue and rights to just that, over RabbitMQ's management HTTP API."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import httpx
from faststream.rabbit import RabbitExchange, RabbitQueue
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.messaging.topology import EXCHANGES, UNROUTED, dead_name, quorum_queue, work_queue
from shared.settings import each_host

POLICY = "amtsbote.partners"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one partner may take of the broker: messages and bytes that wait in a queue, connections, channels."""

    messages: int
    size_bytes: int
    connections: int
    channels: int


class ManagementSettings(BaseSettings):
    """Where RabbitMQ's operator door is, from `AMTSBOTE_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_", frozen=True)

    rabbit_management_url: Annotated[
        SecretStr, Field(description="RabbitMQ's HTTP API with an administrator, to make partners' logins")
    ] = SecretStr("http://guest:guest@127.0.0.1:15672")
    rabbit_public_url: Annotated[
        str | None, Field(description="the broker as partners reach it, amqps://HOST:PORT, if not as we do")
    ] = None
    partner_queue_length: Annotated[
        int, Field(ge=1, description="messages that may wait in one partner's queue; what does not fit waits with us")
    ] = 100_000
    partner_queue_bytes: Annotated[int, Field(ge=1, description="their bytes, in one queue")] = 200_000_000
    partner_connections: Annotated[int, Field(ge=1, description="connections of one partner's login")] = 20
    partner_channels: Annotated[int, Field(ge=1, description="channels of one partner's login")] = 100

    @property
    def limits(self) -> Limits:
        """What one partner may take of the broker."""
        return Limits(
            self.partner_queue_length, self.partner_queue_bytes, self.partner_connections, self.partner_channels
        )


class BrokerAdminError(Exception):
    """RabbitMQ could not be set up; the text says why and what to do."""


class BrokerAdmin:
    """One virtual host of one broker, as its operator sees it."""

    def __init__(self, management_url: SecretStr, amqp_url: SecretStr, public_url: str | None = None) -> None:
        """Use the API at `management_url`, e.g. `http://user:password@host:15672`, for the host of `amqp_url`.

        `public_url` is the broker as partners reach it (`amqps://host:port`), if that differs from how we do.
        """
        url = urlsplit(management_url.get_secret_value())
        self._amqp = urlsplit(each_host(amqp_url.get_secret_value())[0])  # not every driver takes several hosts
        self._public = urlsplit(public_url) if public_url else self._amqp
        self._host = quote(self.virtual_host, safe="")
        self._client = httpx.Client(
            base_url=urlunsplit((url.scheme, url.netloc.rpartition("@")[2], url.path.rstrip("/") + "/api/", "", "")),
            auth=(unquote(url.username or "guest"), unquote(url.password or "guest")),
            timeout=10,
            trust_env=False,
        )

    @property
    def virtual_host(self) -> str:
        """The virtual host of the AMQP URL: `amqp://host/` means the default one, which is called `/`."""
        return unquote(self._amqp.path.removeprefix("/")) or "/"

    def amqp_url(self, queue: str, password: str) -> str:
        """Return the URL the partner of a queue connects with."""
        server = self._public.netloc.rpartition("@")[2]
        path = "/" if self.virtual_host == "/" else f"/{self._host}"
        return f"{self._public.scheme}://{self._login(queue)}:{quote(password)}@{server}{path}"

    def add_queue(self, name: str, *, exchange: RabbitExchange, routing_key: str) -> None:
        """Declare a partner's queue with its dead queue, and bind it; again is fine."""
        self._declare_exchanges()
        self._declare_queue(quorum_queue(dead_name(name)))
        self._declare_queue(work_queue(name))
        self._bind(exchange.name, name, routing_key)

    def limit_queues(self, limits: Limits) -> None:
        """Bound the queues of all partners, those that are there already included; again is fine.

        What does not fit is refused, so it stays with us. A policy, as arguments of a queue cannot be changed; quorum
        queues take these keys since RabbitMQ 3.8.0 (`overflow` other than `reject-publish-dlx`), one policy a queue.
        """
        bounds = {"max-length": limits.messages, "max-length-bytes": limits.size_bytes, "overflow": "reject-publish"}
        policy = {"pattern": r"^(desk|supplier)[.]", "definition": bounds, "apply-to": "queues", "priority": 10}
        self._call("PUT", f"policies/{self._host}/{POLICY}", policy)

    def limit_login(self, queue: str, limits: Limits) -> None:
        """Bound the connections and channels of the login of a queue's partner; again is fine."""
        for limit, most in (("max-connections", limits.connections), ("max-channels", limits.channels)):
            self._call("PUT", f"user-limits/{self._login(queue)}/{limit}", {"value": most})

    def waiting(self, queue: str) -> tuple[int, int]:
        """Return how many messages wait in a queue and how many consumers it has, as known some seconds ago."""
        found = self._call("GET", f"queues/{self._host}/{queue}", missing_is_fine=True)
        told = found.json() if found.is_success else {}
        return int(told.get("messages", 0)), int(told.get("consumers", 0))

    def add_login(self, queue: str, password: str) -> None:
        """Give a queue's partner a login that may read it, and nothing else; again changes the password.

        `^$` matches no name: the default exchange, whose name is empty, is checked as `amq.default`.
        """
        login = self._login(queue)
        self._call("PUT", f"users/{login}", {"password": password, "tags": ""})
        rights = {"configure": "^$", "write": "^$", "read": f"^{queue.replace('.', '[.]')}$"}
        self._call("PUT", f"permissions/{self._host}/{login}", rights)

    def remove_login(self, queue: str) -> None:
        """End the login of a queue's partner and its open connections; none there is fine."""
        self._call("DELETE", f"users/{self._login(queue)}", missing_is_fine=True)

    def _login(self, queue: str) -> str:
        """Return a login as URLs spell it; logins belong to the whole broker, so each other host adds its name."""
        return queue if self.virtual_host == "/" else quote(f"{queue}@{self.virtual_host}", safe="")

    def remove_queue(self, name: str) -> bool:
        """Unbind a partner's queue, and remove it and its dead queue if empty; tell whether something waits in them."""
        bindings = self._call("GET", f"queues/{self._host}/{name}/bindings", missing_is_fine=True)
        for binding in bindings.json() if bindings.is_success else ():
            if binding["source"]:
                path = (
                    f"bindings/{self._host}/e/{binding['source']}/q/{name}/{quote(binding['properties_key'], safe='')}"
                )
                self._call("DELETE", path, missing_is_fine=True)
        waiting = [queue for queue in (name, dead_name(name)) if self._waits(queue)]
        for queue in {name, dead_name(name)} - set(waiting):
            self._call("DELETE", f"queues/{self._host}/{queue}", missing_is_fine=True)
        return bool(waiting)

    def _waits(self, queue: str) -> bool:
        """Tell whether a queue holds a message, by taking one and putting it back: the API's counts are seconds old."""
        look = {"count": 1, "ackmode": "ack_requeue_true", "encoding": "base64", "truncate": 1}
        found = self._call("POST", f"queues/{self._host}/{queue}/get", look, missing_is_fine=True)
        return found.is_success and bool(found.json())

    def _declare_exchanges(self) -> None:
        """Declare what the services declare at their start, in case none has started yet."""
        self._call("PUT", f"exchanges/{self._host}/{UNROUTED}", {"type": "fanout", "durable": True})
        self._declare_queue(quorum_queue(UNROUTED))
        self._bind(UNROUTED, UNROUTED, "")
        for exchange in EXCHANGES.values():
            declared = {"type": exchange.type.value, "durable": exchange.durable, "arguments": exchange.arguments or {}}
            self._call("PUT", f"exchanges/{self._host}/{exchange.name}", declared)

    def _declare_queue(self, queue: RabbitQueue) -> None:
        declared = {"durable": queue.durable, "arguments": queue.arguments or {}}
        self._call("PUT", f"queues/{self._host}/{queue.name}", declared)

    def _bind(self, exchange: str, queue: str, routing_key: str) -> None:
        binding = {"routing_key": routing_key}
        self._call("POST", f"bindings/{self._host}/e/{exchange}/q/{queue}", binding)

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, missing_is_fine: bool = False
    ) -> httpx.Response:
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            where = f"{self._client.base_url.host}:{self._client.base_url.port or ''}"
            raise BrokerAdminError(
                f"RabbitMQ's management API does not answer at {where} ({type(error).__name__}); "
                "is rabbitmq_management enabled, and AMTSBOTE_RABBIT_MANAGEMENT_URL right?"
            ) from error
        missing = response.status_code == httpx.codes.NOT_FOUND
        if response.is_error and not (missing and missing_is_fine):
            raise BrokerAdminError(_explained(response, self.virtual_host))
        return response


def _explained(response: httpx.Response, virtual_host: str) -> str:
    match response.status_code:
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
            return (
                "RabbitMQ refuses our login; AMTSBOTE_RABBIT_MANAGEMENT_URL needs a user with the tag `administrator`"
            )
        case httpx.codes.NOT_FOUND:
            return f"RabbitMQ has no virtual host {virtual_host!r}; create it, or correct AMTSBOTE_RABBIT_URL"
        case _:
            path = response.request.url.path
            return f"RabbitMQ answers {response.status_code} to {response.request.method} {path}: {response.text[:200]}"
