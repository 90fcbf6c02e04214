"""The S3 client: immutable bytes under a key; its blocking calls run in threads of their own."""

import asyncio
import builtins
import hashlib
import io
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, TypeVar

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from shared.errors import PermanentError, UnavailableError
from shared.settings import ObjectStoreAddress

T = TypeVar("T")
Call = Callable[[Callable[[], bytes]], Awaitable[bytes]]

THREADS = 16
PART = 1000  # as many as S3 lists in one answer
DEADLINE_S = 30.0
COPIED_AT_ONCE = 256 * 1024
SENT_AT_ONCE = 128 * 1024
_MISSING = {"NoSuchKey", "NoSuchObject"}
_OWNED_ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One entry of a listing: its key and the time of its last change."""

    key: str
    changed_at: datetime


class Reading:
    """An object that is being read."""

    def __init__(self, response: BaseHTTPResponse, call: Call, sha256: str | None) -> None:
        """Read what `response` brings, by `call` in a thread."""
        self.size_bytes = int(response.headers["content-length"])
        self.tag = response.headers.get("etag", "").strip('"')
        """The store's own name for these bytes; empty if it gives none."""
        self._response = response
        self._call = call
        self._sha256 = sha256

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield all bytes, the last piece only after the whole was checked.

        Raises:
            PermanentError: `object.altered`: they do not have their hash.
            UnavailableError: there are fewer than the store said.
        """
        digest, left = hashlib.sha256(), self.size_bytes
        while left:
            piece = await self._call(lambda: self._response.read(SENT_AT_ONCE))
            left -= len(piece)
            if not piece:
                raise UnavailableError("object store: broken off")
            digest.update(piece)
            if not left and self._sha256 and digest.hexdigest() != self._sha256:
                raise PermanentError("object.altered")
            yield piece


def _give_back(response: BaseHTTPResponse) -> None:
    response.close()
    response.release_conn()


class Objects:
    """Put, get, list and remove: calls that every S3 server has."""

    def __init__(self, address: ObjectStoreAddress) -> None:
        """Prepare a client; nothing is sent before its first use."""
        self._bucket = address.bucket
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="objects")
        # The client's own defaults are 300 s and 5 retries.
        pool = PoolManager(
            maxsize=THREADS, timeout=Timeout(connect=2, read=10), retries=Retry(total=1, backoff_factor=0.2)
        )
        self._client = Minio(
            address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key.get_secret_value(),
            secure=address.secure,
            region="us-east-1",
            http_client=pool,
        )

    async def prepare(self) -> None:
        """Create the bucket if it is missing."""

        def make() -> None:
            try:
                if not self._client.bucket_exists(bucket_name=self._bucket):
                    self._client.make_bucket(bucket_name=self._bucket)
            except S3Error as error:
                if error.code not in _OWNED_ALREADY:
                    raise

        await self._call(make)

    async def put(self, key: str, data: bytes | BinaryIO, *, size_bytes: int, media_type: str) -> None:
        """Store `size_bytes` bytes under `key`; the same key with the same bytes again changes nothing."""
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        await self._call(
            lambda: self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=stream,
                length=size_bytes,
                content_type=media_type,
            )
        )

    async def get(self, key: str, *, sha256: str | None = None) -> bytes:
        """Return the bytes under `key`.

        Raises:
            PermanentError: `object.missing`, or `object.altered` if the bytes do not have the hash `sha256`.
        """

        def read() -> bytes:
            response = self._client.get_object(bucket_name=self._bucket, object_name=key)
            try:
                return response.read()
            finally:
                _give_back(response)

        data = await self._call(read)
        if sha256 and hashlib.sha256(data).hexdigest() != sha256:
            raise PermanentError("object.altered")
        return data

    @asynccontextmanager
    async def open(self, key: str, *, sha256: str | None = None) -> AsyncIterator["Reading"]:
        """Read what is under `key` in pieces; leaving gives the connection back, whatever was read.

        Raises:
            PermanentError: `object.missing`; while reading, `object.altered` instead of the last piece.
        """
        response = await self._call(lambda: self._client.get_object(bucket_name=self._bucket, object_name=key))
        try:
            yield Reading(response, self._call, sha256)
        finally:  # in a thread: it waits for a read that is under way there
            with suppress(RuntimeError):  # the process ends, and its connections with it
                self._threads.submit(_give_back, response)

    async def exists(self, key: str) -> bool:
        """Tell whether something is under `key`."""
        try:
            await self._call(lambda: self._client.stat_object(bucket_name=self._bucket, object_name=key))
        except PermanentError:
            return False
        return True

    async def copy(self, key: str, file: BinaryIO) -> None:
        """Write the bytes under `key` at the end of `file`, never all of them in memory.

        Raises:
            PermanentError: `object.missing`.
        """

        def read() -> None:
            response = self._client.get_object(bucket_name=self._bucket, object_name=key)
            try:
                file.writelines(response.stream(COPIED_AT_ONCE))
            finally:
                _give_back(response)

        await self._call(read)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """Yield what is stored under keys that begin with `prefix`, asking for a part of the list at a time."""
        listing = iter(self._client.list_objects(bucket_name=self._bucket, prefix=prefix, recursive=True))
        while part := await self._call(lambda: list(islice(listing, PART))):
            for item in part:
                if item.object_name and item.last_modified:
                    yield StoredObject(item.object_name, item.last_modified)

    async def older(self, prefix: str, before: datetime) -> AsyncIterator[builtins.list[str]]:
        """Yield the keys under `prefix` that were not changed since `before`, at most `PART` at a time."""
        keys: builtins.list[str] = []
        async for found in self.list(prefix):
            keys += [found.key] if found.changed_at <= before else []
            if len(keys) == PART:
                yield keys
                keys = []
        if keys:
            yield keys

    async def remove(self, key: str) -> None:
        """Remove what is under `key`; nothing there is fine."""
        await self._call(lambda: self._client.remove_object(bucket_name=self._bucket, object_name=key))

    async def answers(self) -> bool:
        """Tell whether the store answers for our bucket."""
        try:
            return await self._call(lambda: self._client.bucket_exists(bucket_name=self._bucket))
        except UnavailableError:
            return False

    def close(self) -> None:
        """Give the threads back."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except S3Error as error:
            if error.code in _MISSING:
                raise PermanentError("object.missing") from error
            raise UnavailableError(f"object store: {error.code}") from error
        except (MinioException, HTTPError, OSError) as error:  # a proxy's 503 is no `S3Error`
            raise UnavailableError(f"object store: {type(error).__name__}") from error
