"""The way to the mail server: encrypted, with a login, and to nobody who only says to be it."""

import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr, ValidationError

from services.notify.client.mail import Mails
from shared.cards import Card, Mailbox, Said
from shared.clock import utc_now
from shared.ids import new_id
from shared.settings import MailSettings
from tests.mail_server import MailServer

LOGIN = ("amtsbote", "hunter2")
CARD = Card(
    channel_id=new_id(),
    language="en",
    app_url="https://post.example/things",
    words={"news": Said(subject="News", body="There is something new.")},
    mailbox=Mailbox(address="erika@example.org"),
)


@pytest.mark.parametrize(
    ("trusted", "password", "outcome"),
    [(True, LOGIN[1], "taken"), (False, LOGIN[1], "connection_failed"), (True, "wrong", "login_refused")],
    ids=["known", "an unknown authority", "a wrong password"],
)
async def test_letters_go_only_to_the_server_we_know(
    tmp_path: Path, password: str, outcome: str, *, trusted: bool
) -> None:
    """With STARTTLS a certificate of an authority we trust comes before the login and the letter."""
    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    async with MailServer(login=LOGIN, tls=context).serving() as server:
        settings = MailSettings(
            host="localhost",
            port=server.port,
            user=LOGIN[0],
            password=SecretStr(password),
            sender="post@post.example",
            ca_file=ca_file if trusted else None,
            answer_within_s=10,
        )
        told = await Mails(settings, utc_now).send(CARD, "news", new_id())
        assert (told.reason or told.kind) == outcome
        assert len(server.letters) == (1 if outcome == "taken" else 0)


@pytest.mark.parametrize(
    "wrong", [{"host": "mail.example", "security": "none", "sender": "a@b.example"}, {"host": "mail.example"}]
)
def test_settings_that_cannot_work_end_the_start(wrong: dict[str, str]) -> None:
    """Letters in clear text leave this machine for nowhere, and nobody sends without saying who."""
    with pytest.raises(ValidationError, match="AMTSBOTE_MAIL_"):
        MailSettings.model_validate(wrong)
