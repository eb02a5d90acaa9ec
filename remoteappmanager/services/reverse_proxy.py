"""Our half of configurable-http-proxy's REST API (facts: JupyterHub 2.1).

Routes are posted raw, with a marker of ours and without the Hub's: the Hub
deletes what carries its own mark and is not in its books, and leaves the rest
alone. What we list or delete is only ever what carries our mark and realm.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp
from yarl import URL

from remoteappmanager.exceptions import ServiceUnavailable

#: Key of our data in a route. Never ``jupyterhub``, which is the Hub's.
MARKER = "remoteapp"

_NAME = "The proxy"


def route_path(urlpath: str) -> str:
    """A URL path as CHP keeps it: decoded once, one slash in front, none at the end.

    >>> route_path("/user/bob%20smith%2B1@x.org/containers/0/")
    '/user/bob smith+1@x.org/containers/0'
    """
    return "/" + unquote(urlpath).strip("/")


class ReverseProxy:
    """A client of CHP's API for the routes of one realm.

    Parameters
    ----------
    endpoint_url:
        Where the API is: ``http://HOST:PORT`` or ``http+unix://ESCAPED_PATH``.
    api_token:
        Its token. Never logged, never part of a message.
    realm:
        Routes of other realms are neither listed nor removed.
    host:
        With CHP's host routing: the host that every route is under.
    timeout:
        Seconds for one call.

    Every method raises ``ServiceUnavailable("The proxy")`` when CHP cannot be
    reached, refuses the token, or fails.
    """

    def __init__(
        self,
        endpoint_url: str,
        api_token: str,
        *,
        realm: str = "remoteexec",
        host: str = "",
        timeout: float = 10.0,
    ) -> None:
        self._url = endpoint_url.rstrip("/")
        self._token = api_token
        self._realm = realm
        self._host = f"/{host.strip('/')}" if host else ""
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def register(self, urlpath: str, target_host_url: str) -> None:
        """Send requests under ``urlpath`` (as in a URL) to ``target_host_url``, path kept."""
        body = {"target": target_host_url, MARKER: {"realm": self._realm}}
        await self._call("POST", urlpath, json=body)

    async def unregister(self, urlpath: str) -> None:
        """Remove the route; one that is not there is fine."""
        await self._call("DELETE", urlpath, missing_is_fine=True)

    async def target(self, urlpath: str) -> str | None:
        """Where ``urlpath`` goes now, None when there is no route of ours: one small call."""
        data = await self._call("GET", urlpath, missing_is_fine=True)
        return data["target"] if self._is_ours(data) else None

    async def routes(self) -> dict[str, str]:
        """Decoded path -> target of every route that carries our mark and realm."""
        table = await self._call("GET", None)
        ours: dict[str, str] = {}
        for path, data in (table or {}).items():
            if self._is_ours(data) and path.startswith(f"{self._host}/"):
                ours[path.removeprefix(self._host)] = data["target"]
        return ours

    async def close(self) -> None:
        """Close the connections. The client may be used again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _is_ours(self, data: Any) -> bool:
        marker = data.get(MARKER) if isinstance(data, dict) else None
        return isinstance(marker, dict) and marker.get("realm") == self._realm

    async def _call(
        self, method: str, urlpath: str | None, *, missing_is_fine: bool = False, **arguments: Any
    ) -> Any:
        url = f"{self._base()}/api/routes"
        if urlpath is not None:
            url += quote(self._host + route_path(urlpath), safe="/")
        try:
            async with self._client().request(
                method, URL(url, encoded=True), allow_redirects=False, **arguments
            ) as response:
                if response.status == 404 and missing_is_fine:
                    return None
                if response.status == 403:
                    raise ServiceUnavailable(_NAME, f"{_NAME} refuses our token.")
                if response.status >= 300:
                    raise ServiceUnavailable(_NAME, f"{_NAME} answered {response.status}.")
                if method != "GET":
                    return None
                return await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
            raise ServiceUnavailable(_NAME) from exc

    def _base(self) -> str:
        """The URL to call; over a unix socket the host part means nothing."""
        return "http://localhost" if self._url.startswith("http+unix://") else self._url

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            parts = urlsplit(self._url)
            connector: aiohttp.BaseConnector
            if parts.scheme == "http+unix":
                connector = aiohttp.UnixConnector(path=unquote(parts.netloc))
            else:
                connector = aiohttp.TCPConnector()
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"Authorization": f"token {self._token}"},
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
