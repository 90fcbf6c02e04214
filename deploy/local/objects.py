"""An S3 server (the gateway of JuiceFS over SQLite and a folder) on the loopback address."""

import asyncio
import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from deploy.local.child import Launch, tied_to_us
from deploy.local.part import PartFailed, Silent
from deploy.local.ports import LOOPBACK
from deploy.local.programs import find
from deploy.local.remembered import Remembered

KEY = "amtsbote"
BUCKET = "amtsbote"
GREETING = b"Amtsbote was here."


class Objects:
    """The recipe of the object store."""

    name = "s3"

    def __init__(self, folder: Path, remembered: Remembered, search: str) -> None:
        """Choose its ports and credentials; raises ProgramMissing."""
        self._port, self._metrics = self.ports = (remembered.port("s3"), remembered.port("s3-metrics"))
        self._secret = remembered.secret("s3")
        self._folder = folder
        self._program = find("juicefs", search)
        self._setpriv = find("setpriv", search)
        self._catalogue = f"sqlite3://{folder / 'catalogue.db'}"
        self.url = f"http://{KEY}:{self._secret}@{LOOPBACK}:{self._port}/{BUCKET}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The address in one line: http(s)://key:secret@host:port/bucket."""
        return {"AMTSBOTE_S3_URL": self.url}

    def launches(self) -> tuple[Launch, ...]:
        """No profiling port, no usage report, no cache beside the data."""
        command = (
            *(self._program, "gateway", "--no-color", "--no-agent", "--no-usage-report", "--no-banner"),
            *("--multi-buckets", "--keep-etag", "--object-meta", "--backup-meta", "0"),
            *("--buffer-size", "64M", "--cache-size", "0", "--cache-dir", str(self._folder / "cache")),
            *("--metrics", f"{LOOPBACK}:{self._metrics}", self._catalogue, f"{LOOPBACK}:{self._port}"),
        )
        log = self._folder.parent / "log" / "s3.log"
        return (Launch(tied_to_us(command, self._setpriv), self._surroundings(), self._folder, log),)

    async def prepare(self) -> None:
        """Lay out an empty volume at the first start; raises PartFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if (self._folder / "catalogue.db").exists():
            return
        storage = ("--storage", "file", "--bucket", f"{self._folder / 'data'}/", "--trash-days", "0")
        process = await asyncio.create_subprocess_exec(
            *(self._program, "format", "--no-color", *storage, self._catalogue, "amtsbote"),
            env=self._surroundings(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode:
            (self._folder / "catalogue.db").unlink(missing_ok=True)
            last = said.decode(errors="replace")[-1000:]
            raise PartFailed("the object store could not be laid out", f"see below; {self._folder}", last)

    async def greet(self) -> None:
        """Put a small object and get it back."""
        await greet(self.url)

    async def lives(self) -> None:
        """See whether it is of use: one that panicked on a full disk runs on, and answers nothing any more."""
        await self.greet()

    def _surroundings(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "MINIO_ROOT_USER": KEY,
            "MINIO_ROOT_PASSWORD": self._secret,
        }


async def greet(url: str) -> None:
    """Put a small object and get it back, in a bucket made if it is missing; raises Silent."""
    try:
        async with asyncio.timeout(10):
            await asyncio.to_thread(_put_and_get, url)
    except (OSError, HTTPError, MinioException, ValueError) as error:
        raise Silent(f"{type(error).__name__}: {error}") from error


def _put_and_get(url: str) -> None:
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    pool = PoolManager(timeout=Timeout(connect=1, read=3), retries=Retry(total=0))
    client = Minio(
        endpoint=parts.netloc.rpartition("@")[2],
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        secure=parts.scheme == "https",
        http_client=pool,
    )
    if not client.bucket_exists(bucket_name=bucket):
        client.make_bucket(bucket_name=bucket)
    client.put_object(bucket, "greeting", BytesIO(GREETING), len(GREETING))
    with client.get_object(bucket, "greeting") as answer:
        if answer.read() != GREETING:
            raise ValueError("another text came back than was put")
