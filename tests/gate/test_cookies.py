"""Cookies in both directions, as tables."""

from __future__ import annotations

import base64

import pytest
from tornado.web import create_signed_value

from remoteappmanager.gate import cookies

CLIENT = "service-remoteappgate"
BASE = "/user/alice/containers/1"


def signed(name: str) -> str:
    """A value as Tornado signs it."""
    return create_signed_value(b"k" * 32, name, "value").decode()


XSRF = base64.urlsafe_b64encode(signed("_xsrf").encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "name, value, ours",
    [
        ("jupyterhub-session-id", "x", True),
        ("jupyterhub-user-alice", "x", True),
        ("JupyterHub-User-alice", "x", True),
        ("__Host-jupyterhub-user-alice", "x", True),
        (CLIENT, "x", True),
        (f"{CLIENT}-oauth-state", "x", True),
        (f"{CLIENT}-oauth-state-AbCd", "x", True),
        ("service-announcement", f'"{signed("service-announcement")}"', True),
        ("service-worker", "on", False),
        ("_xsrf", XSRF, True),
        ("_xsrf", f'"{XSRF}"', True),
        ("_xsrf", "2|a1b2|c3d4|1700000000", False),
        ("_xsrf", "!", False),
        ("_xsrf", "", False),
        ("session", signed("session"), False),
        ("", "x", False),
    ],
)
def test_is_ours(name: str, value: str, ours: bool) -> None:
    """By name, and where an application may use the name too, by value."""
    assert cookies.is_ours(name, value, CLIENT) is ours


@pytest.mark.parametrize(
    "sent, seen",
    [
        (["a=1; b=2"], "a=1; b=2"),
        (["a=1;b=2"], "a=1; b=2"),
        (["a=1", "jupyterhub-user-alice=x; b=2"], "a=1; b=2"),
        (["jupyterhub-user-alice=x"], ""),
        ([" jupyterhub-user-alice =x; a=1"], "a=1"),
        (['a="1 2"; =x; c'], 'a="1 2"; =x; c'),
        ([], ""),
    ],
)
def test_for_container(sent: list[str], seen: str) -> None:
    """What is left is left as it was."""
    assert cookies.for_container(sent, CLIENT) == seen


@pytest.mark.parametrize(
    "sent, seen",
    [
        ("a=1", "a=1"),
        (f"a=1; Path={BASE}/", f"a=1; Path={BASE}/"),
        (f"a=1; Path={BASE}", f"a=1; Path={BASE}"),
        (
            f"a=1; Path={BASE}/deep; Secure; SameSite=None",
            f"a=1; Secure; SameSite=None; Path={BASE}/deep",
        ),
        # What most frameworks do by default is narrowed.
        ("a=1; Path=/", f"a=1; Path={BASE}/"),
        ("a=1; path = /user/alice ; HttpOnly", f"a=1; HttpOnly; Path={BASE}/"),
        ("a=1; Path=/; Domain=example.org", f"a=1; Path={BASE}/"),
        # The last path counts.
        (f"a=1; Path={BASE}/; Path=/hub/", None),
        ("a=1; Path=/hub/", None),
        ("a=1; Path=/user/bob/", None),
        (f"a=1; Path={BASE}2/", None),
        # No path at all: the browser takes the page's directory.
        ("a=1; Path=", "a=1"),
        ("a=1; Path=relative", "a=1"),
        ("jupyterhub-session-id=1", None),
        (f"_xsrf={XSRF}; Path={BASE}/", None),
        ("_xsrf=2|a|b|1; Path=/", f"_xsrf=2|a|b|1; Path={BASE}/"),
        ("__Secure-a=1; Secure", None),
        ("nothing", None),
    ],
)
def test_from_container(sent: str, seen: str | None) -> None:
    """Only for the container itself, under no name of ours."""
    assert cookies.from_container(sent, BASE, f"{BASE}/page", CLIENT) == seen


def test_without_the_final_slash_the_browsers_default_is_too_wide() -> None:
    """The directory of ``.../containers/1`` is that of all the user's containers."""
    assert cookies.from_container("a=1", BASE, BASE, CLIENT) == f"a=1; Path={BASE}/"


def test_names_with_every_character() -> None:
    """The label's spelling and the application's need not be the same."""
    base = "/user/bob%20smith%2B1@x.org/containers/1"
    for path in (f"{base}/", "/user/bob smith+1@x.org/containers/1/"):
        seen = cookies.from_container(f"a=1; Path={path}", base, f"{base}/", CLIENT)
        assert seen == f"a=1; Path={path}"
