"""What became of notices: which channels work, and when none of a citizen's does."""

from services.gateway.domain.channels import Channel
from shared.events.notify import NoticeFailed, NoticeSent
from shared.messaging.ledger import Work
from shared.storage.documents import Database, Session


class Reach:
    """Keeps with each channel whether it works."""

    def __init__(self, database: Database) -> None:
        """Look after the channels of `database`."""
        self._channels = database.channels

    async def told(self, fact: NoticeSent, session: Session) -> None:
        """Keep that a channel works."""
        works = {"told_at": fact.sent_at, "reason": None, "unreached_at": None}
        its = {"_id": fact.channel_id}
        await self._channels.update_one(its, {"$set": works}, session=session)
        await self._channels.update_one({**its, "state": "failing"}, {"$set": {"state": "on"}}, session=session)

    async def failed(self, fact: NoticeFailed, work: Work) -> None:
        """Keep that a channel does not work, or forget it if it is gone; say it if no other does."""
        its = {"_id": fact.channel_id}
        row = await self._channels.find_one(its, session=work.session)
        if row is None:
            return
        channel = Channel.model_validate(row)
        unreached = channel.unreached(fact, await self._others(channel, work.session))
        if unreached:
            work.announce(unreached)
        if fact.gone:
            await self._channels.delete_one(its, session=work.session)
            return
        failing = {"state": "failing"} if channel.state == "on" else {}
        known = {"unreached_at": fact.failed_at} if unreached else {}
        change = {"$set": {"reason": fact.reason, **failing, **known}}
        await self._channels.update_one(its, change, session=work.session)

    async def _others(self, channel: Channel, session: Session) -> list[Channel]:
        """Return a citizen's other channels, and change each row: two that fail at once then meet, and one waits."""
        theirs = {"citizen_id": channel.citizen_id}
        await self._channels.update_many(theirs, {"$inc": {"failures": 1}}, session=session)
        rows = await self._channels.find({**theirs, "_id": {"$ne": channel.id}}, session=session).to_list(None)
        return [Channel.model_validate(row) for row in rows]
