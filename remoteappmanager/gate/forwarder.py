"""What all exchanges of one process share: who runs where, and what is open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp

from remoteappmanager.gate import access
from remoteappmanager.gate.connections import Connections
from remoteappmanager.services.gate_hub import GateHub

_BUFFER = 256 * 1024
_CONNECT = 5.0
#: An idle connection to a container is kept so long. Short: servers that close
#: idle connections themselves would lose the request that comes just then.
_KEEP = 4.0


class Forwarder:
    """What all exchanges of one process share.

    Parameters
    ----------
    hub:
        Says who is who.
    login_url:
        Where a browser that is not logged in goes.
    """

    def __init__(self, hub: GateHub, login_url: str) -> None:
        self.hub = hub
        self.login_url = login_url
        self.client_id = hub.oauth.oauth_client_id
        self.connections = Connections(hub.who_now)
        self.table: Mapping[str, access.Destination] = {}
        self._sessions: dict[tuple[access.Destination, bool], aiohttp.ClientSession] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def set_table(self, table: Mapping[str, access.Destination]) -> None:
        """These containers are running, and no others: what leads elsewhere is cut."""
        self.table = dict(table)
        self.connections.keep_only(self.table)
        places = set(self.table.values())
        for key in [key for key in self._sessions if key[0] not in places]:
            self.start(self._sessions.pop(key).close())

    async def hint(self, user: str) -> None:
        """Something about this user changed at the Hub: look at what they have open."""
        self.hub.forget_user(user)
        await self.connections.recheck(user)

    def start(self, work: Any) -> asyncio.Task[None]:
        """Run something on the side, and hold on to it."""
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def session(self, place: access.Destination, *, reuse: bool) -> aiohttp.ClientSession:
        """The connections to one container, shared with no other: addresses are used again.

        Without ``reuse`` each request gets a connection of its own. A kept one may be closed by
        the container at the moment that it is used; what cannot be sent a second time would
        be lost then (RFC 9112, section 9.3.1).
        """
        session = self._sessions.get((place, reuse))
        if session is None:
            session = self._sessions[place, reuse] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP)
                if reuse
                else aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=_BUFFER,
                max_line_size=64 * 1024,
                max_field_size=64 * 1024,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        return session

    async def close(self) -> None:
        """Cut everything."""
        self.set_table({})
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
