"""The Hub as the gate knows it: who holds this token, still?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from tornado.web import decode_signed_value

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.services.hub import UNAVAILABLE, Actor, Hub

#: As JupyterHub's own cookies.
_COOKIE_DAYS = 31


@dataclass(frozen=True)
class Credential:
    """A token, and the browser session that it came with. Never shown."""

    token: str
    session_id: str = ""

    def __repr__(self) -> str:
        return "Credential(...)"


class GateHub(Hub):
    """Asks the Hub about tokens: at most once at a time for each, and again on a hint."""

    def __init__(self, *args: Any, cookie_secret: bytes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._secret = cookie_secret
        self._asking: dict[Credential, asyncio.Task[Actor | None]] = {}
        self._answers: dict[Credential, tuple[float, Actor | None]] = {}
        self._age = float(kwargs.get("cache_max_age", 60))
        #: User -> number of the last hint about them.
        self._hinted: dict[str, int] = {}
        self._hints = 0

    def credential(self, cookies: dict[str, str]) -> Credential | None:
        """What our own cookie says, None without one that we have signed."""
        value = cookies.get(self.oauth.cookie_name)
        if not value:
            return None
        token = decode_signed_value(
            self._secret, self.oauth.cookie_name, value, max_age_days=_COOKIE_DAYS
        )
        if not token:
            return None
        return Credential(
            token.decode("ascii", "replace"), cookies.get("jupyterhub-session-id", "")
        )

    async def who(self, credential: Credential) -> Actor | None:
        """Whose credential it is, None for nobody's; believed for a minute at most.

        Raises ``ServiceUnavailable`` when the Hub does not answer.
        """
        now = asyncio.get_running_loop().time()
        known = self._answers.get(credential)
        if known is not None and now - known[0] < self._age:
            return known[1]
        return await self.who_now(credential)

    async def who_now(self, credential: Credential) -> Actor | None:
        """As ``who``, but asks the Hub, or waits for a question on its way."""
        task = self._asking.get(credential)
        if task is None:
            task = asyncio.ensure_future(self._ask(credential))
            self._asking[credential] = task
            task.add_done_callback(lambda done: self._asked(credential, done))
        # One visitor's leaving does not take the answer away from the others.
        return await asyncio.shield(task)

    def forget_user(self, name: str) -> None:
        """Something about this user changed: believe no answer about them, nor one on its way."""
        self._hints += 1
        self._hinted[name] = self._hints
        self._asking.clear()
        for credential, (_, actor) in list(self._answers.items()):
            if actor is None or actor.name == name:
                del self._answers[credential]

    async def _ask(self, credential: Credential) -> Actor | None:
        """Ask until no hint has come while the answer was on its way: it may be older."""
        while True:
            hints, now = self._hints, asyncio.get_running_loop().time()
            actor = await self._question(credential)
            if hints == self._hints or (actor and self._hinted.get(actor.name, 0) <= hints):
                self._purge(now)
                self._answers[credential] = (now, actor)
                return actor

    async def _question(self, credential: Credential) -> Actor | None:
        try:
            model = await self.oauth.user_for_token(
                credential.token, use_cache=False, session_id=credential.session_id, sync=False
            )
        except UNAVAILABLE as exc:
            raise ServiceUnavailable("JupyterHub") from exc
        return Actor.from_model(model) if model else None

    def _asked(self, credential: Credential, task: asyncio.Task[Actor | None]) -> None:
        if self._asking.get(credential) is task:
            del self._asking[credential]
        if not task.cancelled():
            task.exception()  # seen, also when everybody who asked has left

    def _purge(self, now: float) -> None:
        if len(self._answers) > 1000:
            self._answers = {
                credential: answer
                for credential, answer in self._answers.items()
                if now - answer[0] < self._age
            }
