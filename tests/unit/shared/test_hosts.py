"""One address of the broker may name several hosts."""

import pytest
from pydantic import SecretStr, ValidationError

from services.broker_admin import BrokerAdmin
from shared.settings import Connections, each_host, explained


def test_each_host_has_the_login_and_the_rest() -> None:
    """Hosts stand behind commas; login, virtual host and options are those of all."""
    assert each_host("amqps://me:secret@one:5671,two,[::1]:5673/ours?heartbeat=5") == [
        "amqps://me:secret@one:5671/ours?heartbeat=5",
        "amqps://me:secret@two/ours?heartbeat=5",
        "amqps://me:secret@[::1]:5673/ours?heartbeat=5",
    ]


@pytest.mark.parametrize("hosts", ["one:5671,two:5672", "one:5671,[::1]:5672"])
def test_a_partner_is_given_one_host(hosts: str) -> None:
    """Not every program takes several hosts in one address, so a partner's has one."""
    ours = SecretStr(f"amqp://me:secret@{hosts}/")
    admin = BrokerAdmin(SecretStr("http://me:secret@one:15672"), ours)
    assert admin.amqp_url("desk.tool", "word") == "amqp://desk.tool:word@one:5671/"


@pytest.mark.parametrize(
    "url", ["amqp://me:secret@one:5671,/", "amqp://me:secret@one:many/", "http://me:secret@one/", ""]
)
def test_a_wrong_address_is_refused_without_its_password(url: str) -> None:
    """Whoever mistypes the address reads which setting it is, in one line without the secret."""
    with pytest.raises(ValidationError) as refused:
        Connections(rabbit_url=SecretStr(url))
    said = explained(refused.value)
    assert said.startswith("AMTSBOTE_RABBIT_URL: must be amqp(s)://")
    assert "secret" not in said
    assert "\n" not in said
