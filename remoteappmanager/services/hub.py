"""The Hub: who is asking, and what we tell it (facts: JupyterHub 1.3, 1.4).

One ``HubOAuth`` per ``Hub``, built with explicit arguments: JupyterHub's own
singleton reads the environment when it is imported.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from jupyterhub.httpclient import JupyterHubHTTPClient, fetch
from jupyterhub.services.auth import HubOAuth, check_scopes
from tornado.web import HTTPError, RequestHandler

from remoteappmanager.exceptions import ServiceUnavailable

#: Seconds that one question to the Hub may take.
TIMEOUT = 10.0

#: What comes out of HubAuth when the Hub is away, slow or talks nonsense. HTTPError is
#: its own 5xx for whatever goes wrong between us and the Hub; ValueError is bad JSON.
UNAVAILABLE = (HTTPError, aiohttp.ClientError, TimeoutError, ValueError)


@dataclass(frozen=True)
class Actor:
    """Who asks now. (The owner is whose server this is.)"""

    name: str
    kind: str
    admin: bool
    scopes: frozenset[str]

    @classmethod
    def from_model(cls, model: Mapping[str, Any]) -> Actor:
        """From the Hub's ``/api/user`` answer."""
        return cls(
            name=model["name"],
            kind=model.get("kind", "user"),
            admin=bool(model.get("admin", False)),
            scopes=frozenset(model.get("scopes", ())),
        )


class BoundedHubOAuth(HubOAuth):
    """HubOAuth that never waits for ever, and never sends a browser to another site."""

    timeout = TIMEOUT
    caching = True
    path_of_cookies = ""

    @property
    def cookie_path(self) -> str:
        """Where our cookies hold: the gate needs a wider path than its own prefix."""
        return self.path_of_cookies or super().cookie_path

    async def _api_request(self, method: str, url: str, /, **kwargs: Any) -> Any:
        kwargs.setdefault("timeout", aiohttp.ClientTimeout(total=self.timeout))
        return await super()._api_request(method, url, **kwargs)

    def user_for_token(
        self, token: str, use_cache: bool = True, session_id: str = "", *, sync: bool = True
    ) -> Any:
        """As JupyterHub's, asking anew each time where ``caching`` is off."""
        use_cache = use_cache and self.caching
        return super().user_for_token(token, use_cache, session_id, sync=sync)

    def get_token(self, handler: RequestHandler, in_cookie: bool = True) -> str | None:
        """As JupyterHub's; text that cannot be a token is none, and never reaches the Hub."""
        token = super().get_token(handler, in_cookie)
        return token if token and token.isascii() and token.isprintable() else None

    def get_next_url(self, state_id: str = "", /) -> str:
        """The page that was asked for before the login: a path under our cookies', or home."""
        url = super().get_next_url(state_id)
        return url if is_local_path(url, self.cookie_path) else self.base_url


def is_local_path(url: str, prefix: str) -> bool:
    """Whether a browser that is sent to ``url`` stays on this site, under ``prefix``.

    ``//host`` and ``/\\host`` name another site, and browsers drop control characters first.
    """
    harmless = url.isprintable() and "\\" not in url and not url.startswith("//")
    return harmless and url.startswith(prefix)


class Hub:
    """JupyterHub as this process knows it.

    Parameters
    ----------
    endpoint_url:
        The Hub's API, for example ``http://127.0.0.1:8081/hub/api``.
    api_token:
        This process's own token.
    base_url:
        Our path, percent-encoded.
    access_scopes:
        Any one of these lets an actor in; none means everybody the Hub knows.
    activity_url, server_name:
        Where and for which server activity is reported; empty: nowhere.
    cookie_path:
        Where our cookies hold, if not under ``base_url``.
    cache_max_age:
        Seconds for which the Hub's answer about a token is believed; 0: ask each time.
    settings:
        Further traits of ``HubOAuth``, by name.
    """

    def __init__(
        self,
        endpoint_url: str,
        api_token: str,
        *,
        base_url: str = "/",
        hub_host: str = "",
        hub_prefix: str = "/hub/",
        client_id: str = "",
        redirect_uri: str = "",
        access_scopes: Iterable[str] = (),
        activity_url: str = "",
        server_name: str = "",
        cookie_path: str = "",
        cache_max_age: int = 60,
        timeout: float = TIMEOUT,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.endpoint_url = endpoint_url
        self.activity_url = activity_url
        self.server_name = server_name
        self.oauth = BoundedHubOAuth(
            api_url=endpoint_url,
            api_token=api_token,
            base_url=base_url,
            hub_host=hub_host,
            hub_prefix=hub_prefix,
            oauth_client_id=client_id,
            oauth_redirect_uri=redirect_uri or f"{base_url}oauth_callback",
            access_scopes=set(access_scopes),
            # In this library an age of 0 means "for ever".
            cache_max_age=cache_max_age or 1,
            **(settings or {}),
        )
        self.oauth.timeout = timeout
        self.oauth.caching = cache_max_age > 0
        self.oauth.path_of_cookies = cookie_path

    async def actor(self, handler: RequestHandler) -> Actor | None:
        """Who makes this request, by token or cookie (with XSRF); None: not logged in.

        Says nothing about what they may do here: see ``admits``.
        Raises ``ServiceUnavailable`` when the Hub does not answer in time.
        """
        try:
            model = await self.oauth.get_user(handler, sync=False)
        except UNAVAILABLE as exc:
            raise ServiceUnavailable("JupyterHub") from exc
        return Actor.from_model(model) if model else None

    async def actor_for_token(self, token: str) -> Actor | None:
        """Whose token this is; None for an invalid one. Raises ``ServiceUnavailable``."""
        try:
            model = await self.oauth.user_for_token(token, sync=False)
        except UNAVAILABLE as exc:
            raise ServiceUnavailable("JupyterHub") from exc
        return Actor.from_model(model) if model else None

    def admits(self, actor: Actor) -> bool:
        """Whether the actor holds one of the scopes that let into this service."""
        wanted = self.oauth.access_scopes
        return not wanted or bool(check_scopes(wanted, set(actor.scopes)))

    def forget(self) -> None:
        """Drop every cached answer, so that a change at the Hub counts at the next request."""
        self.oauth.cache.clear()

    async def report_activity(self, when: datetime.datetime) -> None:
        """Tell the Hub that this server was last used at ``when`` (UTC), so it is not culled.

        Raises ``ServiceUnavailable``.
        """
        stamp = when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        try:
            response = await fetch(
                self.activity_url,
                method="POST",
                json={
                    "servers": {self.server_name: {"last_activity": stamp}},
                    "last_activity": stamp,
                },
                headers={"Authorization": f"token {self.oauth.api_token}"},
                timeout=aiohttp.ClientTimeout(total=self.oauth.timeout),
            )
            response.release()
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise ServiceUnavailable("JupyterHub") from exc

    async def stop_server(self, user_name: str) -> None:
        """Ask the Hub to stop the server that this process is. Needs ``delete:servers!server``.

        Raises ``ServiceUnavailable`` when the Hub is away or refuses.
        """
        name = quote(user_name, safe="@~")
        path = f"servers/{quote(self.server_name)}" if self.server_name else "server"
        try:
            response = await fetch(
                f"{self.endpoint_url.rstrip('/')}/users/{name}/{path}",
                method="DELETE",
                headers={"Authorization": f"token {self.oauth.api_token}"},
                timeout=aiohttp.ClientTimeout(total=self.oauth.timeout),
            )
            response.release()
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise ServiceUnavailable("JupyterHub", "JupyterHub did not stop the server.") from exc

    async def close(self) -> None:
        """Close the connections of this loop."""
        await JupyterHubHTTPClient.loop_instance().close()
