"""One site over HTTP: its addresses, its TLS, and how a lost connection is told.

Never follows a redirect: where a server is stopped, or somebody is not logged
in, the Hub answers with one, and the client has to know which.
"""

from __future__ import annotations

import json
import os
import ssl
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

import requests
import requests.adapters
import requests.auth
import urllib3

from remoteappmanager.cli.remoteapprest.credentials import LOGIN_COMMAND
from remoteappmanager.cli.remoteapprest.errors import UnexpectedAnswer, Unreachable, Untrusted
from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.version import __version__

#: Seconds for a connection, and for an answer to an ordinary request.
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 60.0

#: With these, the paths of a JupyterHub begin.
_PAGES = ("hub", "user", "services")
_USER_AGENT = f"remoteapprest/{__version__}"


class _Authorization(requests.auth.AuthBase):
    """Our own header or none. Without this, requests takes a password from ``~/.netrc``."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"token {self.token}"
        return request


class Wire:
    """Requests to one site. Connects when first used; ``close`` may be followed by more use.

    Parameters
    ----------
    url:
        The site's address, as ``site_url`` gives it.
    token, cookies:
        How to prove who asks.
    ca_file:
        The file of the certificate authority to trust, or empty for the system's.
    insecure:
        Do not verify certificates at all.
    login_command:
        What people type to log in at this site, without its address; for messages.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        cookies: Mapping[str, str] | None = None,
        ca_file: str = "",
        insecure: bool = False,
        login_command: str = LOGIN_COMMAND,
    ) -> None:
        self.url = url
        self.login_command = login_command
        self.prefix = urllib.parse.urlsplit(url).path
        self._verify: bool | str = False if insecure else (check_ca_file(ca_file) or True)
        self._auth = _Authorization(token)
        self._cookies = dict(cookies or {})
        self._session: requests.Session | None = None

    def copy(self) -> Wire:
        """The same with connections of its own, for another thread."""
        other = Wire(
            self.url,
            token=self._auth.token,
            cookies=self._cookies,
            login_command=self.login_command,
        )
        other._verify = self._verify
        return other

    @property
    def log_in(self) -> str:
        """What people type to log in here."""
        return f"'{self.login_command} {self.url}'"

    @property
    def session(self) -> requests.Session:
        """Made when first asked for."""
        if self._session is None:
            self._session = self._new_session()
        return self._session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.headers["User-Agent"] = _USER_AGENT
        session.auth = self._auth
        session.cookies.update(self._cookies)
        if "_xsrf" in self._cookies:
            session.headers["X-XSRFToken"] = self._cookies["_xsrf"]
        # A kept connection that a restarted proxy dropped is noticed when it is
        # next used; what changes nothing may then simply be asked again.
        retry = urllib3.Retry(
            total=2,
            connect=1,
            read=2,
            status=0,
            backoff_factor=0.2,
            allowed_methods=("GET", "HEAD"),
        )
        adapter = requests.adapters.HTTPAdapter(max_retries=retry)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def close(self) -> None:
        """Drop the connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def address(self, path: str) -> str:
        """The absolute address of a path of the site (``hub/...`` or ``user/...``)."""
        return f"{self.url}/{path.lstrip('/')}"

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
        stream: bool = False,
    ) -> requests.Response:
        """Ask, and give the answer whatever its status.

        Raises ``Unreachable`` or ``Untrusted``.
        """
        try:
            return self.session.request(
                method,
                self.address(path),
                json=body,
                data=form,
                headers=headers,
                timeout=(CONNECT_TIMEOUT, timeout),
                allow_redirects=False,
                # Said for each request: said for the session, REQUESTS_CA_BUNDLE
                # in the environment would win over --insecure and --ca-file.
                verify=self._verify,
                stream=stream,
            )
        except requests.RequestException as exc:
            raise self.unreachable(exc) from exc

    def unreachable(self, exc: requests.RequestException) -> Unreachable:
        """What to tell about a request that got no answer."""
        site = self.url
        if isinstance(exc, requests.exceptions.SSLError):
            return _untrusted(site, str(exc))
        if isinstance(exc, requests.exceptions.ProxyError):
            return Unreachable(
                f"The HTTP proxy on the way to {site} refuses: check HTTPS_PROXY and NO_PROXY."
            )
        if isinstance(exc, requests.exceptions.ConnectTimeout):
            return Unreachable(f"{site} does not answer: check the address and your network.")
        if isinstance(exc, requests.exceptions.Timeout):
            return Unreachable(f"{site} takes too long to answer: try again later.")
        text = str(exc)
        if "Name or service not known" in text or "NameResolution" in text:
            return Unreachable(f"There is no host of that name ({site}): check the address.")
        if "refused" in text:
            return Unreachable(
                f"Nobody answers at {site}: check the address, or whether the site is down."
            )
        return Unreachable(f"The connection to {site} broke: try again.")


def _untrusted(site: str, detail: str) -> Unreachable:
    """TLS failed: whose fault it looks like decides what to do next."""
    if "WRONG_VERSION_NUMBER" in detail or "RECORD_LAYER" in detail:
        return Untrusted(f"{site} does not speak TLS: is its address http://... ?")
    if (
        "Hostname mismatch" in detail
        or "doesn't match" in detail
        or "IP address mismatch" in detail
    ):
        return Untrusted(f"The certificate of {site} is for another name: check the address.")
    if "certificate has expired" in detail:
        return Untrusted(f"The certificate of {site} has expired: tell its administrator.")
    return Untrusted(
        f"The certificate of {site} is not trusted: give the site's own authority with "
        "--ca-file FILE."
    )


def site_url(text: str) -> str:
    """The site's address out of what people paste: no final slash, no Hub page.

    >>> site_url("https://example.org/lab/hub/login?next=%2F")
    'https://example.org/lab'

    Raises ``InvalidRequest`` for what is no http address.
    """
    try:
        parts = urllib.parse.urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise InvalidRequest(_no_address(text)) from exc
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidRequest(_no_address(text))
    if parts.username is not None:
        raise InvalidRequest("Leave name and password out of the address: use --username.")
    # Whole segments: a prefix may begin like a page of the Hub ("/hub-of-the-lab").
    segments = parts.path.rstrip("/").split("/")
    pages = [place for place, name in enumerate(segments) if name in _PAGES]
    path = "/".join(segments[: pages[0]] if pages else segments)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))


def _no_address(text: str) -> str:
    return f"{text!r} is not an address: write it as https://HOST or https://HOST/PREFIX."


def check_ca_file(path: str) -> str:
    """``path`` made absolute, or empty. Raises ``InvalidRequest`` unless it holds certificates."""
    if not path:
        return ""
    full = os.path.abspath(os.path.expanduser(path))
    try:
        ssl.create_default_context(cafile=full)
    except OSError as exc:  # ssl.SSLError is one
        raise InvalidRequest(
            f"{full} is not a file of certificates (PEM): check --ca-file."
        ) from exc
    return full


def json_object(answer: requests.Response) -> dict[str, Any]:
    """The JSON object in an answer; empty where there is none."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return {}
    try:
        data = answer.json()
    except requests.JSONDecodeError:
        return {}
    return data if isinstance(data, dict) else {}


def unexpected(site: str, answer: requests.Response) -> UnexpectedAnswer:
    """Somebody answered, but not as a JupyterHub with remoteappmanager does."""
    return UnexpectedAnswer(
        f"{site} gave an answer that was not expected (HTTP {answer.status_code}): is this the "
        "address of a JupyterHub with remoteappmanager?"
    )


def proxy_alone(answer: requests.Response) -> bool:
    """Whether the proxy answered for itself: what it should lead to is away, or not known yet.

    So it is for some seconds when the Hub or the proxy restarts.
    """
    if answer.status_code == 404:
        # The Hub's and the user's server's own 404 to a request for JSON is JSON.
        return "json" not in answer.headers.get("Content-Type", "")
    return answer.status_code in (502, 503, 504) and not json_object(answer)


def events(answer: requests.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """The names and JSON objects of a stream of server-sent events."""
    name = "message"
    for line in answer.iter_lines(chunk_size=1):
        field, _, value = line.decode("utf8", "replace").partition(":")
        if not line:
            name = "message"
        elif field == "event":
            name = value.strip()
        elif field == "data":
            try:
                data = json.loads(value)
            except ValueError:
                continue
            if isinstance(data, dict):
                yield name, data


def one_line(text: str) -> str:
    """``text`` without line breaks or control characters, fit for a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
