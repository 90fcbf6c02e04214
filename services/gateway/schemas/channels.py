"""Channels as their citizen sees them, and the bodies of requests about them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.domain.channels import Channel, ChannelKind, ChannelState
from services.gateway.schemas.asked import Asked
from services.gateway.schemas.shown import Shown
from shared.cards import Subscription
from shared.events.event import Url
from shared.events.gateway import Language

Base64Url = r"^[A-Za-z0-9_-]+={0,2}$"


class ChannelShown(Shown):
    """A way to be told; `failing` says that the last message could not be delivered, `reason` why."""

    channel_id: str
    kind: ChannelKind
    state: ChannelState
    address: str | None = None
    language: Language
    created_at: datetime
    told_at: datetime | None = None
    reason: str | None = None

    @classmethod
    def of(cls, channel: Channel) -> "ChannelShown":
        """Return a channel as its citizen sees it."""
        return cls(channel_id=channel.id, **channel.model_dump(include=set(cls.model_fields)))


class ChannelList(Shown):
    """All channels of a citizen, and what can be had here: `push_key` is the `applicationServerKey` for browsers."""

    items: tuple[ChannelShown, ...]
    email_offered: bool
    push_key: str | None


class SubscriptionKeys(Asked):
    """The keys of a push subscription, in base64url."""

    p256dh: Annotated[str, Field(min_length=86, max_length=89, pattern=Base64Url)]
    auth: Annotated[str, Field(min_length=22, max_length=25, pattern=Base64Url)]


class MailboxWish(Asked):
    """To be told by e-mail; a code goes to the address."""

    kind: Literal["email"]
    address: Annotated[str, Field(min_length=3, max_length=254, examples=["name@example.org"])]


class BrowserWish(Asked):
    """To be told in this browser, by the subscription it made with our key (W3C Push API)."""

    kind: Literal["push"]
    endpoint: Url
    keys: SubscriptionKeys

    @property
    def subscription(self) -> Subscription:
        """The subscription as it is kept."""
        return Subscription(endpoint=self.endpoint, p256dh=self.keys.p256dh, auth=self.keys.auth)


ChannelWish = Annotated[MailboxWish | BrowserWish, Field(discriminator="kind")]


class ChannelCode(Asked):
    """The code from the e-mail, however it was typed."""

    code: Annotated[str, Field(min_length=1, max_length=40, examples=["K7Q2-M9XA-4"])]
