"""What crosses the border about devices: which can get in, and the code for one more."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.gateway.domain.access import Device, Person
from services.gateway.schemas.answered import Answered
from services.gateway.schemas.shown import Shown

DeviceId = Annotated[str, Field(examples=["0192f3a0-0000-7000-8000-000000000003"])]
At = Annotated[datetime, Field(examples=["2026-07-01T21:59:30Z"])]


class DeviceShown(Shown):
    """A device that can get in; `asking` is the one that asks."""

    device_id: DeviceId
    created_at: At
    asking: bool

    @classmethod
    def of(cls, device: Device, person: Person) -> "DeviceShown":
        """Return a device as its owner sees it."""
        return cls(device_id=device.id, created_at=device.created_at, asking=device.id == person.device_id)


class DeviceList(Shown):
    """All devices of somebody, oldest first."""

    items: tuple[DeviceShown, ...]


class CodeKept(Answered):
    """What is kept of a code that was given: until when it works, and never the code itself."""

    expires_at: At


class DeviceCode(CodeKept):
    """The code that activates one more device, and the address that carries it behind `#`, for a QR code."""

    code: Annotated[str, Field(examples=["K7Q2-M9XA-4"])]
    url: Annotated[str, Field(examples=["https://post.example.org/#K7Q2-M9XA-4"])]
