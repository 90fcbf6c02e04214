"""Tells a citizen by e-mail (SMTP): neutral, plain, marked as automatic, with a link that switches it off."""

import asyncio
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib

from services.notify.domain.retry import Outcome
from shared.cards import Card, Mailbox, Said
from shared.clock import Clock
from shared.events.gateway import NoticeTopic
from shared.settings import MailSettings

_PERMANENT = 500


class Mails:
    """Hands notices to the operator's mail server."""

    def __init__(self, settings: MailSettings, clock: Clock) -> None:
        """Send as `settings` say.

        Raises:
            OSError: `settings.ca_file` cannot be read.
        """
        self._settings = settings
        self._clock = clock
        self._trusted = ssl.create_default_context()
        if settings.ca_file:
            self._trusted.load_verify_locations(settings.ca_file)

    def host_of(self, card: Card) -> str:  # noqa: ARG002 - one server takes all mail
        """Return the name under which tries at the mail server are counted."""
        return "mail"

    async def send(self, card: Card, topic: NoticeTopic, notice_id: str) -> Outcome:
        """Send one notice; the same `notice_id` at each try is the same Message-ID."""
        if card.mailbox is None:
            return Outcome("never", "mailbox_missing")
        letter = self._letter(card, card.mailbox, card.words[topic], notice_id)
        try:
            async with asyncio.timeout(self._settings.answer_within_s):  # the driver's own limit is per command
                await self._hand_over(letter, card.mailbox.address)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _outcome_of(error)
        return Outcome("taken")

    async def _hand_over(self, letter: EmailMessage, address: str) -> None:
        its = self._settings
        await aiosmtplib.send(
            letter,
            sender=parseaddr(its.sender)[1],
            recipients=[address],
            hostname=its.host,
            port=its.port,
            use_tls=its.security == "tls",
            start_tls=its.security == "starttls",
            username=its.user or None,
            password=its.password.get_secret_value() or None,
            timeout=its.answer_within_s,
            tls_context=None if its.security == "none" else self._trusted,
        )

    def _letter(self, card: Card, to: Mailbox, said: Said, notice_id: str) -> EmailMessage:
        letter = EmailMessage()
        host = parseaddr(self._settings.sender)[1].rpartition("@")[2]
        letter.set_content(said.body, cte="quoted-printable")  # first: it takes every Content-* away
        for name, value in self._headers(card, to, said).items():
            letter[name] = value
        letter["Message-ID"] = f"<{notice_id}@{host}>"
        return letter

    def _headers(self, card: Card, to: Mailbox, said: Said) -> Mapping[str, str]:
        # RFC 3834: no vacation note comes back. RFC 8058: mail programs offer one click to switch it off.
        off = {"List-Unsubscribe": f"<{to.off_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return {
            "From": self._settings.sender,
            "To": to.address,
            "Subject": said.subject,
            "Date": format_datetime(self._clock()),
            "Auto-Submitted": "auto-generated",
            "Content-Language": card.language.partition("-")[0],
            **(off if to.off_url else {}),
        }


def _outcome_of(error: Exception) -> Outcome:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _refused(max(each.code for each in error.recipients), "mailbox_refused")
        case aiosmtplib.SMTPAuthenticationError():
            return Outcome("again", "login_refused")  # an operator repairs it, and no citizen can
        case aiosmtplib.SMTPResponseException():
            return _refused(error.code, "mail_refused")
        case TimeoutError():
            return Outcome("again", "timeout")
    return Outcome("again", "connection_failed")


def _refused(code: int, reason: str) -> Outcome:
    """Tell a server that cannot now (4xx: greylisting, full mailbox) from one that will not (5xx; RFC 5321, 4.2.1)."""
    return Outcome("refused" if code >= _PERMANENT else "again", reason)
