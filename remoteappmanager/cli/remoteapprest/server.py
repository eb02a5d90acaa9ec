"""The user's own server at the Hub: start it, and follow its progress."""

from __future__ import annotations

import requests

from remoteappmanager.cli.remoteapprest.errors import LoginRefused, ServerNotStarted
from remoteappmanager.cli.remoteapprest.login import user_path, who_am_i
from remoteappmanager.cli.remoteapprest.values import OnProgress, Progress
from remoteappmanager.cli.remoteapprest.waiting import attempts
from remoteappmanager.cli.remoteapprest.wire import (
    Wire,
    events,
    json_object,
    one_line,
    proxy_alone,
    unexpected,
)
from remoteappmanager.naming import USER_SESSION

#: An administrator has two kinds of server, and applications are started in this one.
_OPTIONS = {"session": USER_SESSION}

#: Seconds that a Hub or a proxy may take to restart.
_RESTART = 20.0


def start_server(wire: Wire, username: str, *, timeout: float, on_progress: OnProgress) -> None:
    """Start the user's server and wait until it is ready; fine when it runs already.

    Raises ``ServerNotStarted`` with the Hub's reason, or when ``timeout``
    seconds were not enough; ``LoginRefused`` when the credentials may not.
    """
    # Who is not logged in any more is told that, and nothing of a server.
    who_am_i(wire, min(_RESTART, timeout))
    on_progress(Progress("Starting your server", 0))
    path = f"hub/api/users/{user_path(username)}/server"
    for elapsed in attempts(timeout):
        answer = wire.send("POST", path, body=_OPTIONS)
        message = str(json_object(answer).get("message") or "")
        if answer.status_code == 201 or "already running" in message:
            on_progress(Progress("Your server is ready", 100))
            return
        if answer.status_code == 202:
            if _follow(wire, f"{path}/progress", timeout - elapsed, on_progress):
                return
        elif not (answer.status_code == 400 and "is pending" in message) and not proxy_alone(
            answer
        ):
            # Pending: it is being stopped just now, and can be started after that.
            raise _refusal(wire, username, answer, message)
    raise ServerNotStarted(
        f"Your server was not ready after {timeout:.0f} seconds: try again, or look at "
        f"{wire.address('hub/home')}."
    )


def _follow(wire: Wire, path: str, timeout: float, on_progress: OnProgress) -> bool:
    """Report the Hub's events. False when they end, or are refused, before the server is ready.

    Raises ``ServerNotStarted`` when they say that it failed.
    """
    # The Hub sends an empty line every eight seconds, so a silence is a lost connection.
    answer = wire.send("GET", path, stream=True, timeout=min(30.0, max(timeout, 1.0)))
    try:
        if answer.status_code != 200:
            return False
        for _, event in events(answer):
            if event.get("failed"):
                reason = _sentence(str(event.get("message") or "Spawn failed"))
                raise ServerNotStarted(f"Your server did not start: {reason} {_what_next(wire)}")
            percent = event.get("progress")
            on_progress(
                Progress(
                    one_line(str(event.get("message") or "Starting your server")),
                    percent if isinstance(percent, int) else None,
                )
            )
            if event.get("ready"):
                return True
    except requests.RequestException as exc:
        raise wire.unreachable(exc) from exc
    finally:
        answer.close()
    return False


def _refusal(wire: Wire, username: str, answer: requests.Response, message: str) -> Exception:
    """Why the Hub does not start the server."""
    if answer.status_code in (401, 403):
        return LoginRefused(
            "Your login may not start your server: start it at "
            f"{wire.address('hub/home')}, or type {wire.log_in}."
        )
    if answer.status_code == 404:
        return LoginRefused(f"The site has no user {username}: type {wire.log_in}.")
    if message:
        return ServerNotStarted(
            f"Your server did not start: {_sentence(message)} {_what_next(wire)}"
        )
    return unexpected(wire.url, answer)


def _sentence(text: str) -> str:
    """The Hub's words on one line, with a full stop."""
    return f"{one_line(text).rstrip('.')}."


def _what_next(wire: Wire) -> str:
    return f"Try again, or look at {wire.address('hub/home')}."
