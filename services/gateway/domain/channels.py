"""Channels: how a citizen wishes to be told that there is something new, outside the app; each is theirs to end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.texts import Texts
from shared.cards import Card, Mailbox, Said, Subscription, key_of
from shared.events.gateway import CitizenUnreached, Language, NoticeAsked, NoticeTopic
from shared.events.notify import NoticeFailed
from shared.ids import parse_number
from shared.links import Links

ChannelKind = Literal["email", "push"]
ChannelState = Literal["pending", "on", "failing"]
CODE_WORKS = timedelta(days=1)
MOST_TRIES = 5
"""How often a code may be typed before it is worthless; it has 40 random bits."""
OWN: frozenset[NoticeTopic] = frozenset({"confirm", "test"})
"""What citizens ask for themselves, looking at the screen."""
TOLD_BY: tuple[NoticeTopic, ...] = ("test", "news", "asked", "urgent")


class Channel(BaseModel):
    """One address or one browser; `slot` lets a citizen have one address, and a browser one citizen."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    kind: ChannelKind
    slot: str
    state: ChannelState
    language: Language
    created_at: datetime
    device_id: str
    address: str | None = None
    subscription: Subscription | None = None
    code_sha256: str | None = None
    code_until: datetime | None = None
    tries: int = 0
    told_at: datetime | None = None
    reason: str | None = None
    unreached_at: datetime | None = None  # a person was told that it does not work, and no other does

    def notice(self, topic: NoticeTopic, at: datetime, *, newcomer: bool) -> NoticeAsked:
        """Ask for a notice."""
        return NoticeAsked(channel_id=self.id, topic=topic, card_key=key_of(self.id), asked_at=at, newcomer=newcomer)

    def opened_by(self, typed: str, now: datetime) -> bool:
        """Tell whether this is the code that was sent to the address, and still works."""
        if not (self.code_sha256 and self.code_until) or now >= self.code_until or self.tries > MOST_TRIES:
            return False
        try:
            code = parse_number(typed)
        except ValueError:
            return False
        return compare_digest(hash_of(code, self.id), self.code_sha256)

    def unreached(self, fact: NoticeFailed, others: Sequence["Channel"]) -> CitizenUnreached | None:
        """Say that news reached a citizen by no way at all, unless a person knows; what they tried out is no news."""
        if fact.topic in OWN or self.unreached_at or any(other.state == "on" for other in others):
            return None
        return CitizenUnreached(citizen_id=self.citizen_id, **fact.model_dump(include={"topic", "reason", "failed_at"}))

    def confirmed(self) -> "Channel":
        """Return this channel with its address confirmed; its code is used up."""
        return self.model_copy(update={"state": "on", "code_sha256": None, "code_until": None, "reason": None})


def hash_of(code: str, channel_id: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(f"{channel_id} {code}".encode()).hexdigest()


def parse_address(typed: str) -> str:
    """Return the address that somebody typed, in its usual form.

    Raises:
        RefusedError: `channel.address`: no mail could go there.
    """
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise RefusedError("channel.address") from error
    return found.ascii_email or found.normalized


def mailbox_of(address: str) -> str:
    """Return what is one mailbox, however an address is written: what follows a plus goes to the same one."""
    local, _, host = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def slot_of(citizen_id: str, subscription: Subscription | None) -> str:
    """Return what there is one of: an address of a citizen, or the subscription of a browser."""
    if subscription is None:
        return f"email {citizen_id}"
    return f"push {hashlib.sha256(subscription.endpoint.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Cards:
    """Writes the cards of channels: what may be said there, in the citizen's language."""

    texts: Texts
    links: Links
    public_url: str

    def to_confirm(self, channel: Channel, code: str) -> Card:
        """Return the card of an address that may be somebody else's: it has words for the code and no others."""
        url = f"{self.public_url}/channels#{code}"
        said = self._said(channel, "confirm", code=code, url=url)
        return self._card(channel, {"confirm": said}, mailbox=Mailbox(address=channel.address or ""))

    def of(self, channel: Channel) -> Card:
        """Return the card of a channel that is on."""
        if channel.kind == "push":
            words = {topic: self._said(channel, topic) for topic in TOLD_BY}
            return self._card(channel, words, subscription=channel.subscription)
        off_url = f"{self.public_url}/off/{self.links.sign_off(channel.id)}"
        words = {topic: self._said(channel, topic, url=self._app, off_url=off_url) for topic in TOLD_BY}
        return self._card(channel, words, mailbox=Mailbox(address=channel.address or "", off_url=off_url))

    @property
    def _app(self) -> str:
        return f"{self.public_url}/things"

    def _said(self, channel: Channel, topic: NoticeTopic, **values: str) -> Said:
        subject, body = self.texts.notice(channel.kind, topic, channel.language, **values)
        return Said(subject=subject, body=body)

    def _card(
        self,
        channel: Channel,
        words: dict[NoticeTopic, Said],
        *,
        mailbox: Mailbox | None = None,
        subscription: Subscription | None = None,
    ) -> Card:
        return Card(
            channel_id=channel.id,
            language=channel.language,
            app_url=self._app,
            words=words,
            mailbox=mailbox,
            subscription=subscription,
        )
