"""A mail server on loopback that keeps what it was handed, and answers as told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.local.ports import LOOPBACK, free_port

TAKEN = "250 OK"


@dataclass  # without slots: aiosmtpd reads all attributes, and Python before 3.11.4 leaves one that cannot be read
class MailServer:
    """Takes every letter, or first answers recipients with what is in `answers`, one after the other."""

    port: int = field(default_factory=free_port)
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    answers: list[str] = field(default_factory=list)
    asked: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, fits: Callable[[EmailMessage], bool] = lambda _: True, timeout_s: float = 60) -> EmailMessage:
        """Return the first letter that fits, waiting for it."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: any(map(fits, self.letters)))
            return next(filter(fits, self.letters))

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer who a letter is for."""
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a letter."""
        content = cast("bytes", envelope.content)
        async with self._news:
            self.letters.append(message_from_bytes(content, policy=policy.default))
            self._news.notify_all()
        return TAKEN

    def _knows(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=known, handled=False)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["MailServer"]:
        """Serve until the end."""
        made = partial(
            SMTP,
            self,
            hostname="mail.test",
            tls_context=self.tls,
            require_starttls=self.tls is not None,
            authenticator=self._knows,
            auth_required=self.login is not None,
        )
        server = await asyncio.get_running_loop().create_server(made, LOOPBACK, self.port)
        try:
            yield self
        finally:
            server.close()
