"""How a per-user process asks the gate to publish and withdraw containers."""

from __future__ import annotations

from urllib.parse import quote

import aiohttp

from remoteappmanager.exceptions import NotFound, ServiceUnavailable

_NAME = "The gate"


class GateClient:
    """A client of the gate's API.

    Parameters
    ----------
    gate_url:
        The gate's address with its prefix, as the spawners hand it over.
    token:
        The Hub token of this process: it says on whose behalf it asks.
    timeout:
        Seconds for one call.
    """

    def __init__(self, gate_url: str, token: str, *, timeout: float = 15.0) -> None:
        self._url = gate_url.rstrip("/") + "/api/containers/"
        self._token = token
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def publish(self, url_id: str) -> None:
        """Make sure that the container's address works; it does when this returns.

        Raises ``NotFound`` when the gate knows no such running container of
        ours, ``ServiceUnavailable`` when the gate, the proxy or Docker is away.
        """
        await self._call("PUT", url_id)

    async def withdraw(self, url_id: str) -> None:
        """Take the address away and cut what is open on it; nothing to do is fine.

        Raises ``NotFound`` when the container is there and not ours,
        ``ServiceUnavailable`` as for ``publish``.
        """
        await self._call("DELETE", url_id)

    async def close(self) -> None:
        """Close the connections. The client may be used again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _call(self, method: str, url_id: str) -> None:
        url = self._url + quote(url_id, safe="")
        try:
            async with self._client().request(method, url, allow_redirects=False) as response:
                status = response.status
                message = await _message(response) if status >= 300 else ""
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
            raise ServiceUnavailable(_NAME) from exc
        if status == 404:
            raise NotFound("There is no such running application.")
        if status >= 300:
            raise ServiceUnavailable(_NAME, message or f"{_NAME} answered {status}.")

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"token {self._token}"},
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _message(response: aiohttp.ClientResponse) -> str:
    """What the gate says went wrong, where it says so in its own form."""
    if response.content_type != "application/json":
        return ""
    body = await response.json()
    return str(body.get("message", "")) if isinstance(body, dict) else ""
