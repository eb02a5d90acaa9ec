"""Logging in at a JupyterHub, and out: a password becomes a token, and is forgotten.

The token may do what this client does, and nothing else: use the user's own
server, see whether it runs, and start it.
"""

from __future__ import annotations

import dataclasses
import platform
import re
import urllib.parse
from typing import Any

import requests

from remoteappmanager.cli.remoteapprest.credentials import LOGIN_COMMAND, Credentials
from remoteappmanager.cli.remoteapprest.errors import LoginRefused, UnexpectedAnswer, Unreachable
from remoteappmanager.cli.remoteapprest.waiting import attempts
from remoteappmanager.cli.remoteapprest.wire import (
    Wire,
    check_ca_file,
    json_object,
    proxy_alone,
    site_url,
    unexpected,
)

#: ``!user`` is filled in by the Hub: the token's own user.
SCOPES = ("access:servers!user", "read:servers!user", "start:servers!user")
#: Seconds that a token lives: 30 days.
TOKEN_LIFETIME = 30 * 24 * 3600

_PASSWORD_FIELD = re.compile(r"<input\b[^>]*\bname=[\"']?password\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Identity:
    """What the Hub says about who asks."""

    name: str
    scopes: tuple[str, ...]
    token_id: str


def user_path(name: str) -> str:
    """A user's name as JupyterHub writes it in paths."""
    return urllib.parse.quote(name, safe="@~")


def who_am_i(wire: Wire, patience: float = 0.0) -> Identity:
    """Ask the Hub, for ``patience`` seconds again where it is restarting just now.

    Raises ``LoginRefused`` when it does not (or no longer) know the caller.
    """
    for _ in attempts(patience):
        answer = wire.send("GET", "hub/api/user")
        if not proxy_alone(answer):
            break
    if answer.status_code in (502, 503, 504):
        raise Unreachable(f"The Hub of {wire.url} does not answer: try again in a minute.")
    if answer.status_code in (401, 403):
        raise expired(wire)
    model = json_object(answer)
    if answer.status_code != 200 or not isinstance(model.get("name"), str):
        raise unexpected(wire.url, answer)
    if model.get("kind", "user") != "user":
        raise LoginRefused(
            "This token belongs to a service, not to a user: make one on the page "
            f"{wire.address('hub/token')}."
        )
    return Identity(
        model["name"], tuple(model.get("scopes") or ()), str(model.get("token_id") or "")
    )


def expired(wire: Wire) -> LoginRefused:
    """The error for a token that worked once."""
    return LoginRefused(f"Your login at {wire.url} has expired or was revoked: type {wire.log_in}.")


def check_site(wire: Wire) -> None:
    """Make sure that a JupyterHub is there, before a password goes anywhere.

    Raises ``UnexpectedAnswer``, ``Unreachable``, ``Untrusted``.
    """
    answer = wire.send("GET", "hub/api/")
    target = answer.headers.get("Location", "")
    if answer.status_code in (502, 503, 504):
        raise Unreachable(f"The Hub of {wire.url} does not answer: try again in a minute.")
    if answer.is_redirect and target.startswith("https:") and wire.url.startswith("http:"):
        raise UnexpectedAnswer(
            f"{wire.url} wants TLS: type '{wire.login_command} https{wire.url[4:]}'."
        )
    if answer.status_code != 200 or "version" not in json_object(answer):
        raise UnexpectedAnswer(
            f"There is no JupyterHub at {wire.url}: check the address, with its path prefix where "
            "the site has one."
        )


def log_in(
    url: str,
    username: str,
    password: str,
    *,
    ca_file: str = "",
    insecure: bool = False,
    login_command: str = LOGIN_COMMAND,
) -> Credentials:
    """Credentials with a fresh token of minimal scopes. The password is not kept.

    Raises ``LoginRefused`` for a wrong name or password and for sites without
    passwords, and what ``check_site`` raises.
    """
    wire = Wire(site_url(url), ca_file=ca_file, insecure=insecure, login_command=login_command)
    try:
        check_site(wire)
        auth = {"username": username, "password": password}
        answer = _request_token(wire, username, {"auth": auth})
        if answer.status_code == 403:
            # A wrong password, or a user whom the Hub has never seen: it gives the
            # same answer to both. Only the login page makes new users.
            xsrf = _log_in_by_form(wire, username, password)
            username = who_am_i(wire).name  # as the site spells it
            answer = _request_token(wire, username, {}, {"X-XSRFToken": xsrf})
        model = json_object(answer)
        if answer.status_code != 201 or not isinstance(model.get("token"), str):
            raise _no_token(wire, answer)
    finally:
        wire.close()
    return Credentials(
        wire.url,
        username,
        token=model["token"],
        token_id=str(model.get("id") or ""),
        expires_at=str(model.get("expires_at") or ""),
        ca_file=check_ca_file(ca_file),
    )


def log_in_with_token(
    url: str,
    token: str,
    *,
    username: str = "",
    ca_file: str = "",
    insecure: bool = False,
    login_command: str = LOGIN_COMMAND,
) -> Credentials:
    """Credentials with a token that was made on the Hub's token page.

    Raises ``LoginRefused`` when the Hub does not know it, it is somebody
    else's, or it may not use its user's server; and what ``check_site`` raises.
    """
    wire = Wire(
        site_url(url), token=token, ca_file=ca_file, insecure=insecure, login_command=login_command
    )
    page = wire.address("hub/token")
    try:
        check_site(wire)
        if wire.send("GET", "hub/api/user").status_code in (401, 403):
            raise LoginRefused(f"The site refuses this token: make a new one at {page}.")
        identity = who_am_i(wire)
    finally:
        wire.close()
    if username and username != identity.name:
        raise LoginRefused(
            f"This token is {identity.name}'s, not {username}'s: leave --username out, or make "
            f"another token at {page}."
        )
    if not any(scope.startswith("access:servers") for scope in identity.scopes):
        raise LoginRefused(
            f"This token may not use your server: make one at {page} with no permissions filled "
            f"in, or with: {' '.join(SCOPES)}"
        )
    return Credentials(
        wire.url,
        identity.name,
        token=token,
        token_id=identity.token_id,
        ca_file=check_ca_file(ca_file),
    )


def revoke(wire: Wire, credentials: Credentials, headers: dict[str, str] | None = None) -> bool:
    """Ask the Hub to forget the token. False where these credentials may not ask for that."""
    if not credentials.token_id:
        return False
    name = user_path(credentials.username)
    path = f"hub/api/users/{name}/tokens/{credentials.token_id}"
    answer = wire.send("DELETE", path, headers=headers)
    # 404: the Hub has forgotten it already.
    return answer.status_code == 404 or (answer.ok and not answer.is_redirect)


def revoke_with_password(
    credentials: Credentials, password: str, *, insecure: bool = False
) -> bool:
    """Revoke by way of the login page: the token itself may not. Raises as ``log_in``."""
    wire = Wire(credentials.url, ca_file=credentials.ca_file, insecure=insecure)
    try:
        xsrf = _log_in_by_form(wire, credentials.username, password)
        return revoke(wire, credentials, {"X-XSRFToken": xsrf})
    finally:
        wire.close()


def _request_token(
    wire: Wire, username: str, auth: dict[str, Any], headers: dict[str, str] | None = None
) -> requests.Response:
    """Ask for a token; where the site allows only shorter lives, for as long as it gives."""
    path = f"hub/api/users/{user_path(username)}/tokens"
    body: dict[str, Any] = {
        **auth,
        "note": f"remoteapprest@{platform.node()}",
        "scopes": list(SCOPES),
        "expires_in": TOKEN_LIFETIME,
    }
    answer = wire.send("POST", path, body=body, headers=headers)
    if answer.status_code == 400 and "expires_in" in str(json_object(answer).get("message")):
        del body["expires_in"]
        answer = wire.send("POST", path, body=body, headers=headers)
    return answer


def _log_in_by_form(wire: Wire, username: str, password: str) -> str:
    """Log in as a browser does; the wire has the cookies then. The XSRF token to send with them.

    Raises ``LoginRefused``.
    """
    page = wire.send("GET", "hub/login")
    if page.is_redirect or not _PASSWORD_FIELD.search(page.text):
        raise LoginRefused(
            "This site takes no password here (single sign-on): make a token at "
            f"{wire.address('hub/token')}, then type '{wire.login_command} {wire.url} --token'."
        )
    form = {"username": username, "password": password, "_xsrf": _xsrf(wire)}
    answer = wire.send("POST", "hub/login", form=form)
    if answer.status_code in (400, 401, 403):
        raise LoginRefused(
            "The site refuses this name or password: try again, or ask its administrator whether "
            "you may log in."
        )
    if not answer.is_redirect:
        raise unexpected(wire.url, answer)
    # Who is logged in has another XSRF token, which pages alone give out.
    wire.send("GET", "hub/token")
    return _xsrf(wire)


def _xsrf(wire: Wire) -> str:
    """The Hub's XSRF cookie, or the empty string."""
    values = [cookie.value for cookie in wire.session.cookies if cookie.name == "_xsrf"]
    return values[-1] or "" if values else ""


def _no_token(wire: Wire, answer: requests.Response) -> Exception:
    """The error for a login that worked while the token was not given."""
    message = json_object(answer).get("message")
    if answer.status_code in (400, 403) and message:
        return LoginRefused(
            f"The site gives you no token ({message}): ask its administrator for the permissions "
            f"{' '.join(SCOPES)}."
        )
    return unexpected(wire.url, answer)
