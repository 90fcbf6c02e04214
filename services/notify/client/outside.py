"""One POST to somebody else's server: only to addresses we may reach, no redirect, no proxy, no answer but a status.

An answer is bounded: its head by the driver (100 KiB), its time by ours, and its body is not read.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import httpx

from services.notify.client.address import AddressRefusedError, LookUp, Network, resolve
from services.notify.domain.retry import Outcome

LOOK_UPS = 16  # names at once
CONNECT_WITHIN_S = 5.0  # to one address; less if it takes the others' time
_HEAL_BY_THEMSELVES = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class Outside:
    """The way to servers whose addresses others gave us."""

    def __init__(
        self,
        *,
        answer_within_s: float,
        allowed: Sequence[Network],
        ca_file: Path | None = None,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        """Give a server `answer_within_s` seconds in all; private addresses only in `allowed`.

        Raises:
            OSError: `ca_file`, with certificate authorities to trust beside the usual ones, cannot be read.
        """
        trusted = httpx.create_ssl_context(trust_env=False)
        if ca_file:
            trusted.load_verify_locations(ca_file)
        self._answer_within_s = answer_within_s
        self._allowed = tuple(allowed)
        self._look_up = look_up
        # A name whose server is silent keeps its thread for longer than we wait, and strangers choose the names.
        self._look_ups = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up")
        self._client = httpx.AsyncClient(
            # Kept connections are told apart by address and port alone, and one of them could serve another name there.
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=answer_within_s,
            verify=trusted,
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": "amtsbote-notify"},
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send one request, and tell what came of it."""
        try:
            async with asyncio.timeout(self._answer_within_s):
                return outcome_of(await self._post(httpx.URL(url), headers, body))
        except (AddressRefusedError, httpx.InvalidURL):
            return Outcome("refused", "address_refused")
        except (TimeoutError, httpx.TimeoutException):
            return Outcome("again", "timeout")
        except (OSError, httpx.HTTPError):
            return Outcome("again", "connection_failed")

    async def close(self) -> None:
        """Close open connections."""
        await self._client.aclose()
        self._look_ups.shutdown(wait=False, cancel_futures=True)

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> int:
        """Try a name's addresses one after the other, until one takes the request: only that one is sent it."""
        addresses = await resolve(url, self._allowed, self._look_ups, self._look_up)
        connect_s = min(CONNECT_WITHIN_S, self._answer_within_s / (len(addresses) + 1))
        for address in addresses[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):  # nothing was sent
                return await self._post_to(address, url, headers, body, connect_s)
        return await self._post_to(addresses[-1], url, headers, body, connect_s)

    async def _post_to(
        self, address: str, url: httpx.URL, headers: Mapping[str, str], body: bytes, connect_s: float
    ) -> int:
        request = self._client.stream(
            "POST",
            url.copy_with(host=address),
            headers={**headers, "host": url.netloc.decode()},
            content=body,
            timeout=httpx.Timeout(self._answer_within_s, connect=connect_s),
            extensions={"sni_hostname": url.host},
        )
        async with request as response:
            return response.status_code


def outcome_of(status: int) -> Outcome:
    """Tell what an HTTP status means for the next try."""
    reason = f"http_{status}"
    if HTTPStatus(200) <= status < HTTPStatus(300):
        return Outcome("taken")
    if status == HTTPStatus.GONE:
        return Outcome("never", reason)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _HEAL_BY_THEMSELVES:
        return Outcome("again", reason)
    return Outcome("refused", reason)
