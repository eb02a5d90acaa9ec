"""Tell the gate at once when somebody's rights change.

The gate asks the Hub who somebody is, and believes the answer for up to a
minute. A logout, a revoked token or a right taken away must cut open
connections within a second, so the Hub says "look at this user again". It is
a hint: it carries a name and no decision, and when it is lost, the minute
applies. Nothing here may ever make the Hub wait.
"""

import json
import logging
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

from jupyterhub.orm import APIToken, User
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

_log = logging.getLogger(__name__)
_PENDING = "remoteapp_hints"
_TIMEOUT = 2.0


class HintSender:
    """Posts ``{"user": name}`` to the gate from a thread of its own.

    Parameters
    ----------
    url:
        The gate's ``.../api/hint``.
    token:
        The secret by which the gate recognises the Hub.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._names: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        # Straight to the gate, whatever proxy the environment names.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, name: str) -> None:
        """Have a hint about ``name`` sent soon. Returns at once, never raises."""
        with self._changed:
            self._names.add(name)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="remoteapp-hints", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._names))
                names, self._names = self._names, set()
            for name in sorted(names):
                self._post(name)

    def _post(self, name: str) -> None:
        request = urllib.request.Request(
            self._url,
            data=json.dumps({"user": name}).encode(),
            headers={
                "Authorization": f"token {self._token}",
                "Content-Type": "application/json",
            },
            method="POST",
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT):
                pass
        except (OSError, ValueError) as exc:
            _log.debug("The gate did not take the hint about %s: %s", name, exc)


_send: Callable[[str], None] | None = None


def install(send: Callable[[str], None]) -> None:
    """Call ``send(name)`` after each commit that changed the rights of user ``name``.

    Watched: deleted tokens (a logout deletes those of the browser's session),
    the admin flag, deleted users. A second call replaces ``send``.
    """
    global _send
    first = _send is None
    _send = send
    if first:
        event.listen(APIToken, "after_delete", _token_deleted)
        event.listen(User, "after_update", _user_updated)
        event.listen(User, "after_delete", _user_deleted)
        event.listen(Session, "after_commit", _committed)
        event.listen(Session, "after_rollback", _rolled_back)


def _note(target: Any, name: str | None) -> None:
    session = inspect(target).session
    if name and session is not None:
        session.info.setdefault(_PENDING, set()).add(name)


def _token_deleted(_mapper: Any, connection: Any, token: APIToken) -> None:
    if token.user_id is None:  # a service's
        return
    # By the connection: in a flush, nothing may be loaded through the session.
    name = connection.execute(select(User.name).where(User.id == token.user_id)).scalar()
    _note(token, name)


def _user_updated(_mapper: Any, _connection: Any, user: User) -> None:
    state: Any = inspect(user)
    if state.attrs.admin.history.has_changes():
        _note(user, user.name)


def _user_deleted(_mapper: Any, _connection: Any, user: User) -> None:
    _note(user, user.name)


def _committed(session: Session) -> None:
    for name in sorted(session.info.pop(_PENDING, ())):
        if _send is not None:
            _send(name)


def _rolled_back(session: Session) -> None:
    session.info.pop(_PENDING, None)
