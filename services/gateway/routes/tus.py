"""The tus protocol, version 1.0.0 (tus.io/protocols/resumable-upload): what the API and the pages both answer with."""

from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from functools import partial

from fastapi import Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen, idempotency_key, mandate_id_of, traceparent
from services.gateway.domain.pages import HEAD_BYTES, media_type_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.transfers import (
    ALGORITHMS,
    EXTENSIONS,
    PART_TYPE,
    VERSION,
    Transfer,
    checked_length,
    checksum_of,
    replaced_page,
)
from services.gateway.routes.chunk import Chunk, check, chunk
from services.gateway.routes.parts import Parts
from services.gateway.routes.room import room_for
from shared.ids import new_id

ALWAYS = {"tus-resumable": VERSION}


def speak(request: Request) -> None:
    """Let every answer say the protocol's version, refusals too.

    Raises:
        RefusedError: `upload.version`.
    """
    request.state.always = {**ALWAYS, "tus-version": VERSION}
    reading = request.method in {"GET", "HEAD", "OPTIONS"}
    if request.headers.get("tus-resumable", VERSION if reading else "") != VERSION:
        raise RefusedError("upload.version")


def abilities(parts: Parts) -> Response:
    """Say what of the protocol is understood here."""
    return Response(
        status_code=204,
        headers={
            **ALWAYS,
            "tus-version": VERSION,
            "tus-extension": ",".join(EXTENSIONS),
            "tus-checksum-algorithm": ",".join(ALGORITHMS),
            "tus-max-size": str(parts.limits.file_bytes),
        },
    )


@dataclass(frozen=True, slots=True)
class Tus:
    """One citizen's request; `draft_of` is the device into whose draft a page goes, None for none."""

    request: Request
    citizen: Citizen
    parts: Parts
    draft_of: str | None = None

    async def create(self, path: str) -> Response:
        """Begin a transfer at `path`, with its first part if that came along.

        Raises:
            RefusedError: as its headers or its first part deserve.
        """
        principal = self.request.state.principal
        self.request.state.standing = await self.parts.rates.hit("upload", principal)
        now, headers, transfers = self.parts.clock(), self.request.headers, self.parts.stores.transfers
        mandate_id, name = mandate_id_of(self.citizen), idempotency_key(self.request.headers.get("idempotency-key"))
        wish = Transfer(
            id=new_id(),
            key=f"{principal} {mandate_id or ''} {path} {name}",
            citizen_id=self.citizen.citizen_id,
            mandate_id=mandate_id,
            newcomer=self.citizen.newcomer,
            length=checked_length(headers.get("upload-length", ""), self.parts.limits),
            draft_of=self.draft_of,
            replaces=replaced_page(headers.get("upload-metadata", "")),
            changed_at=now,
            expires_at=now + transfers.valid_for,
        )
        room = partial(room_for, self.request, self.citizen, self.parts, wish.key, size_bytes=wish.length)
        transfer = await transfers.begin(wish, room)
        location = {"location": f"{self.request.scope.get('root_path', '')}{path}/{transfer.id}"}
        if headers.get("content-type") != PART_TYPE or transfer.offset:
            return self._answer(transfer, 201, location)
        return self._answer(await self._take(transfer), 201, location)

    async def append(self, transfer_id: str) -> Response:
        """Take the next part.

        Raises:
            RefusedError: it does not fit, or is no file of ours.
        """
        if self.request.headers.get("content-type") != PART_TYPE:
            raise RefusedError("upload.part_type")
        transfer = await self.of(transfer_id)
        transfer.check_offset(self.request.headers.get("upload-offset", ""))
        return self._answer(await self._take(transfer), 204)

    async def state(self, transfer_id: str) -> Response:
        """Say how much is here; what is complete has become a page by then.

        Raises:
            RefusedError: as for `append`.
        """
        return self._answer(await self._finished(await self.of(transfer_id)), 200)

    async def end(self, transfer_id: str) -> Response:
        """Forget a transfer; the page that it became stays.

        Raises:
            RefusedError: `upload.missing`, `upload.expired`.
        """
        await self.parts.stores.transfers.end(await self.of(transfer_id))
        return Response(status_code=204, headers=ALWAYS)

    async def of(self, transfer_id: str) -> Transfer:
        """Return this citizen's transfer.

        Raises:
            RefusedError: `upload.missing`, as is somebody else's; `upload.expired`.
        """
        return await self.parts.stores.transfers.of_citizen(transfer_id, self.citizen)

    async def _take(self, transfer: Transfer) -> Transfer:
        wanted = checksum_of(self.request.headers.get("upload-checksum"))
        async with chunk(self.request, transfer.length - transfer.offset, self.parts) as part:
            await check(part, wanted)
            _look_at(part, transfer)
            if part.size_bytes:
                transfer = await self.parts.stores.transfers.append(transfer, part.file, part.size_bytes)
            if part.broken:
                raise part.broken
            return await self._finished(transfer)

    async def _finished(self, transfer: Transfer) -> Transfer:
        if not transfer.complete or transfer.page_id:
            return transfer
        trace = traceparent(self.request.headers.get("traceparent"))
        page_id = await self.parts.stores.arrivals.finish(transfer, trace)
        return transfer.model_copy(update={"page_id": page_id})

    def _answer(self, transfer: Transfer, status: int, more: dict[str, str] | None = None) -> Response:
        headers = {
            **ALWAYS,
            "upload-offset": str(transfer.offset),
            "upload-length": str(transfer.length),
            **(more or {}),
        }
        headers["upload-expires"] = format_datetime(transfer.expires_at.astimezone(UTC), usegmt=True)
        if transfer.page_id:
            headers["x-page"] = transfer.page_id
        return Response(status_code=status, headers=headers)


def _look_at(part: Chunk, transfer: Transfer) -> None:
    """Refuse at its first part what is no file of ours, before the rest is sent for nothing."""
    if transfer.offset == 0 and (part.size_bytes >= HEAD_BYTES or part.size_bytes == transfer.length):
        media_type_of(part.file.read(HEAD_BYTES))
        part.file.seek(0)
