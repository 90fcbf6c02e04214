"""A card: everything that may be said to one address of a citizen, and how; written by the gateway, read by notify.

It lies in the object store, as addresses are personal data and events carry none. While it lies there, its channel
may be used, for the topics it has words for and for nothing else; to switch a channel off is to remove its card.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.events.event import Id, Url
from shared.events.gateway import Language, NoticeTopic

CARDS = "cards/"
MEDIA_TYPE = "application/json"


class Said(BaseModel):
    """What is said about one topic, in the citizen's language and without a word on what they get or from whom."""

    model_config = ConfigDict(frozen=True)

    subject: Annotated[str, Field(min_length=1, max_length=120)]
    body: Annotated[str, Field(min_length=1, max_length=2000)]


class Mailbox(BaseModel):
    """An e-mail address, and the link that switches it off (RFC 8058); an address to be confirmed has no such link."""

    model_config = ConfigDict(frozen=True)

    address: Annotated[str, Field(max_length=254)]
    off_url: Url | None = None


class Subscription(BaseModel):
    """A browser's push subscription (W3C Push API): where to send, and the keys it decrypts with, in base64url."""

    model_config = ConfigDict(frozen=True)

    endpoint: Url
    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=60)]


class Card(BaseModel):
    """One channel: an address or a subscription, and the words for each topic it may be used for."""

    model_config = ConfigDict(frozen=True)

    channel_id: Id
    language: Language
    app_url: Url
    words: Mapping[NoticeTopic, Said]
    mailbox: Mailbox | None = None
    subscription: Subscription | None = None


def key_of(channel_id: str) -> str:
    """Return where the card of a channel lies."""
    return f"{CARDS}{channel_id}"


def channel_of(key: str) -> str:
    """Return the channel whose card lies under a key."""
    return key.removeprefix(CARDS)
