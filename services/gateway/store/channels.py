"""Channels in MongoDB, and their cards in the object store: the card first when one opens, and first when one ends."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta

from pymongo import ReturnDocument

from services.gateway.domain.access import Answer, Ask, Citizen
from services.gateway.domain.channels import CODE_WORKS, Cards, Channel, hash_of, slot_of
from services.gateway.domain.newcomers import UNDECIDED
from services.gateway.domain.refusal import RefusedError
from services.gateway.schemas.channels import ChannelShown
from services.gateway.store.acts import Acts
from shared.cards import CARDS, MEDIA_TYPE, Card, Subscription, key_of
from shared.clock import EVER, Clock
from shared.errors import UnavailableError
from shared.events.gateway import NoticeTopic
from shared.ids import new_id, new_number
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import Database, Session
from shared.storage.inventory import Inventory
from shared.storage.objects import Objects

# A card is put some moments before its channel is kept.
CARD_WITHOUT_CHANNEL = timedelta(hours=1)


class Channels:
    """Keeps how citizens wish to be told; every reader says whose channel it must be."""

    def __init__(  # noqa: PLR0917 - where it keeps what, and what it writes with
        self, database: Database, objects: Objects, acts: Acts, ledger: Ledger, cards: Cards, clock: Clock
    ) -> None:
        """Keep channels in `database`, their cards in `objects`."""
        self._channels = database.channels
        self._newcomers = database.newcomers
        self._objects = objects
        self._acts = acts
        self._ledger = ledger
        self._cards = cards
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes; there is one channel a slot."""
        await self._channels.create_index("slot", unique=True)
        await self._channels.create_index("citizen_id")
        await self._channels.create_index("device_id")
        await self._channels.create_index("code_until")

    async def of_citizen(self, citizen_id: str) -> list[Channel]:
        """Return the channels of a citizen, oldest first."""
        rows = await self._channels.find({"citizen_id": citizen_id}).sort("_id", 1).to_list(None)
        return [Channel.model_validate(row) for row in rows]

    async def one(self, channel_id: str, citizen_id: str) -> Channel:
        """Return a channel of this citizen.

        Raises:
            RefusedError: `channel.missing`; somebody else's is missing, too.
        """
        row = await self._channels.find_one({"_id": channel_id, "citizen_id": citizen_id})
        if row is None:
            raise RefusedError("channel.missing")
        return Channel.model_validate(row)

    async def open_of(self, citizen_id: str, session: Session) -> list[Channel]:
        """Return the channels a citizen is to be told through now."""
        theirs = {"citizen_id": citizen_id, "state": {"$ne": "pending"}}
        return [Channel.model_validate(row) async for row in self._channels.find(theirs, session=session)]

    async def add_mailbox(self, ask: Ask, citizen: Citizen, address: str, language: str) -> Answer:
        """Keep an address and send a code to it; one that was never confirmed gives way.

        Raises:
            RefusedError: `channel.exists`: another address is on.
        """
        code, now = new_number(), self._clock()
        channel = self._new(citizen, None, language)
        opened = {"address": address, "code_sha256": hash_of(code, channel.id), "code_until": now + CODE_WORKS}
        channel = channel.model_copy(update=opened)
        return await self._add(ask, channel, self._cards.to_confirm(channel, code), first=("confirm",))

    async def add_browser(self, ask: Ask, citizen: Citizen, subscription: Subscription, language: str) -> Answer:
        """Keep a browser's subscription; whoever uses that browser now is told there, and nobody else."""
        channel = self._new(citizen, subscription, language)
        return await self._add(ask, channel, self._cards.of(channel), first=())

    async def confirm(self, channel_id: str, citizen_id: str, typed: str) -> Channel:
        """Use the code that was sent to an address; confirmed before, it stays so.

        Raises:
            RefusedError: `channel.missing`; `channel.code_wrong`: mistyped, out of date, or tried too often.
        """
        channel = await self.one(channel_id, citizen_id)
        if channel.state != "pending":
            return channel
        waiting = {"_id": channel.id, "state": "pending"}
        row = await self._channels.find_one_and_update(
            waiting, {"$inc": {"tries": 1}}, return_document=ReturnDocument.AFTER
        )
        if row is None or not Channel.model_validate(row).opened_by(typed, self._clock()):
            raise RefusedError("channel.code_wrong")
        confirmed = channel.confirmed()
        await self._put(self._cards.of(confirmed))
        fields = confirmed.model_dump(include={"state", "code_sha256", "code_until", "reason"})
        if not (await self._channels.update_one(waiting, {"$set": fields})).matched_count:
            await self.remove_card(channel_id)  # switched off at this moment
            raise RefusedError("channel.missing")
        return confirmed

    async def speak(self, channel_id: str, citizen_id: str, language: str) -> None:
        """Write in another language from now on.

        Raises:
            RefusedError: `channel.missing`, `channel.unconfirmed`.
        """
        channel = await self._usable(channel_id, citizen_id)
        changed = Channel.model_validate({**channel.model_dump(), "language": language})
        done = await self._channels.update_one({"_id": channel_id}, {"$set": {"language": changed.language}})
        if done.matched_count:  # if it ends at this moment, the sweep finds its card
            await self._put(self._cards.of(changed))

    async def test(self, channel_id: str, citizen_id: str) -> None:
        """Send a message that says no more than that messages arrive.

        Raises:
            RefusedError: `channel.missing`, `channel.unconfirmed`.
        """
        channel = await self._usable(channel_id, citizen_id)
        async with self._ledger.begin() as work:
            await self.ask(channel, "test", work)

    async def ask(self, channel: Channel, topic: NoticeTopic, work: Work) -> None:
        """Ask for a notice; those for newcomers wait behind all others."""
        undecided = {"_id": channel.citizen_id, "state": {"$in": UNDECIDED}}
        newcomer = await self._newcomers.find_one(undecided, {"_id": 1}, session=work.session)
        work.announce(channel.notice(topic, work.clock(), newcomer=newcomer is not None))

    async def end(self, channel_id: str, citizen_id: str | None = None) -> None:
        """Switch a channel off for good: with its card gone nothing is sent any more; then its address is forgotten.

        Raises:
            RefusedError: `channel.missing`.
        """
        theirs = {"_id": channel_id} | ({"citizen_id": citizen_id} if citizen_id else {})
        if await self._channels.find_one(theirs) is None:
            raise RefusedError("channel.missing")
        await self.remove_card(channel_id)
        await self._channels.delete_one(theirs)

    async def end_of_device(self, device_id: str) -> None:
        """End what a browser of a lost device was told."""
        for row in await self._channels.find({"device_id": device_id, "kind": "push"}).to_list(None):
            await self.end(row["_id"])

    async def remove_card(self, channel_id: str) -> None:
        """Let nothing more be said through a channel."""
        await self._objects.remove(key_of(channel_id))

    async def sweep(self) -> int:
        """Forget addresses whose code ran out, and cards without a channel; return how many."""
        never = {"code_until": {"$gt": EVER, "$lte": self._clock()}, "state": "pending"}
        removed = int((await self._channels.delete_many(never)).deleted_count)
        async for keys in self._objects.older(CARDS, self._clock() - CARD_WITHOUT_CHANNEL):
            for key in set(keys) - await self.inventory.needed(keys):
                await self._objects.remove(key)
                removed += 1
        return removed

    @property
    def inventory(self) -> Inventory:
        """Which cards are accounted for: those of channels; one that was confirmed or is to be confirmed has a card."""
        return Inventory.of_rows(CARDS, self._named, self._channels)

    async def _named(self) -> AsyncIterator[str]:
        async for row in self._channels.find({}, {"_id": 1}):
            yield key_of(row["_id"])

    async def _usable(self, channel_id: str, citizen_id: str) -> Channel:
        channel = await self.one(channel_id, citizen_id)
        if channel.state == "pending":
            raise RefusedError("channel.unconfirmed")
        return channel

    def _new(self, citizen: Citizen, subscription: Subscription | None, language: str) -> Channel:
        return Channel.model_validate(
            {
                "id": new_id(),
                "citizen_id": citizen.citizen_id,
                "kind": "push" if subscription else "email",
                "slot": slot_of(citizen.citizen_id, subscription),
                "state": "on" if subscription else "pending",
                "language": language,
                "created_at": self._clock(),
                "device_id": citizen.device_id,
                "subscription": subscription,
            }
        )

    async def _add(self, ask: Ask, channel: Channel, card: Card, first: Sequence[NoticeTopic]) -> Answer:
        if answer := await self._acts.first_answer(ask):
            return answer
        await self._put(card)
        replaced: list[str] = []

        async def act(work: Work) -> Answer:
            replaced[:] = await self._give_way(channel, work.session)
            await self._channels.insert_one(channel.model_dump(by_alias=True), session=work.session)
            for topic in first:
                await self.ask(channel, topic, work)
            shown = ChannelShown.of(channel).model_dump(mode="json") | {"address": None}  # it would outlive the channel
            return Answer(201, shown, f"/v1/channels/{channel.id}")

        answer = await self._acts.first(ask, act)
        with suppress(UnavailableError):  # the sweep finds what is left
            for channel_id in replaced:
                await self.remove_card(channel_id)
        return answer

    async def _give_way(self, channel: Channel, session: Session) -> list[str]:
        """Forget what stands in the way, and return the ids: of a browser whatever it was told so far, and whom.

        Raises:
            RefusedError: `channel.exists`.
        """
        device = {name: getattr(channel, name) for name in ("citizen_id", "device_id", "kind")}
        same = [{"slot": channel.slot}, *([device] if channel.kind == "push" else [])]
        rows = [row for one in same for row in await self._channels.find(one, session=session).to_list(None)]
        if any(row["kind"] == "email" and row["state"] != "pending" for row in rows):
            raise RefusedError("channel.exists")
        ids = [str(row["_id"]) for row in rows]
        await self._channels.delete_many({"_id": {"$in": ids}}, session=session)
        return ids

    async def _put(self, card: Card) -> None:
        data = card.model_dump_json().encode()
        await self._objects.put(key_of(card.channel_id), data, size_bytes=len(data), media_type=MEDIA_TYPE)
