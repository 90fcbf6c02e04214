"""A server that speaks MongoDB's protocol (SecantusDB), as a one-node replica set on the loopback address."""

import os
from collections.abc import Mapping
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local.child import Launch, tied_to_us
from deploy.local.part import Silent
from deploy.local.ports import LOOPBACK
from deploy.local.programs import find
from deploy.local.remembered import Remembered

# retryWrites=false: this server remembers 10,000 retryable writes and sorts them all at each further one, which after
# an hour of work takes half of all its time. Whoever calls tries again anyway, and commits are always repeated.
OPTIONS = (
    "directConnection=true&w=majority&retryWrites=false"
    "&serverSelectionTimeoutMS=3000&connectTimeoutMS=2000&socketTimeoutMS=10000"
)


class Mongo:
    """The recipe of the document database."""

    name = "mongo"

    def __init__(self, folder: Path, remembered: Remembered, search: str) -> None:
        """Choose its port; raises ProgramMissing."""
        self._port = remembered.port("mongo")
        self.ports = (self._port,)
        self._folder = folder
        self._program = find("secantusd-py", search)
        self._setpriv = find("setpriv", search)
        self.url = f"mongodb://{LOOPBACK}:{self._port}/?{OPTIONS}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The address, with short time-outs and majority writes."""
        return {"AMTSBOTE_MONGO_URL": self.url}

    def launches(self) -> tuple[Launch, ...]:
        """Flush at every commit: without, a kill -9 loses acknowledged transactions."""
        command = (
            *(self._program, "--host", LOOPBACK, "--port", str(self._port)),
            *("--storage-path", str(self._folder / "data"), "--sync-on-commit"),
            *("--cache-size", "256M", "--log-level", "WARNING"),
        )
        surroundings = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._folder)}
        log = self._folder.parent / "log" / "mongo.log"
        return (Launch(tied_to_us(command, self._setpriv), surroundings, self._folder, log),)

    async def prepare(self) -> None:
        """Make its folder."""
        self._folder.mkdir(parents=True, exist_ok=True)

    async def greet(self) -> None:
        """Write one document and read it back."""
        await greet(self.url, write=True)

    async def lives(self) -> None:
        """See whether it is of use: one that panicked on a full disk runs on, and answers nothing any more."""
        await self.greet()


async def greet(url: str, *, write: bool) -> None:
    """Ask the server who it is, and write if wanted; raises Silent, also if it cannot do transactions."""
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(url, serverSelectionTimeoutMS=1000)
    try:
        hello = await client.admin.command("hello")
        if write:
            probe = client.get_database("amtsbote_local").get_collection("greetings")
            await probe.update_one({"_id": "greeting"}, {"$inc": {"count": 1}}, upsert=True)
    except (OSError, PyMongoError) as error:
        raise Silent(f"{type(error).__name__}: {str(error).partition(' (configured')[0]}") from error
    finally:
        await client.close()
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise Silent("it is not a replica set, so it has no transactions (one node is enough: rs.initiate())")
