"""Users and administrators with passwords in the configuration."""

import pytest
from traitlets import TraitError

from remoteappmanager.jupyterhub.auth import BasicAuthenticator
from remoteappmanager.jupyterhub.auth import hash as password_hash


@pytest.fixture
def authenticator(monkeypatch) -> BasicAuthenticator:
    monkeypatch.setattr(password_hash, "_N", 2)
    return BasicAuthenticator(
        user_data={"Alice": password_hash.make_hash("a"), "both": password_hash.make_hash("user")},
        admin_data={
            "root": password_hash.make_hash("r"),
            "both": password_hash.make_hash("admin"),
        },
        blocked_users={"mallory"},
    )


@pytest.mark.parametrize(
    ("username", "password", "expected"),
    [
        pytest.param("alice", "a", ("alice", False), id="user"),
        pytest.param("ALICE", "a", ("alice", False), id="names are normalised"),
        pytest.param("root", "r", ("root", True), id="admin"),
        pytest.param("both", "admin", ("both", True), id="in both: the admin's password"),
        pytest.param("both", "user", None, id="in both: not the user's"),
        pytest.param("alice", "r", None, id="somebody else's password"),
        pytest.param("alice", "", None, id="no password"),
        pytest.param("nobody", "nobody", None, id="unknown, with the stand-in's password"),
        pytest.param("", "", None, id="nothing"),
    ],
)
async def test_who_may_log_in(authenticator, username, password, expected) -> None:
    """The right password logs in, as an administrator when the name is one of theirs."""
    answer = await authenticator.get_authenticated_user(
        None, {"username": username, "password": password}
    )
    assert (answer and (answer["name"], answer["admin"])) == expected


async def test_a_blocked_user_is_out(authenticator) -> None:
    """``blocked_users`` locks out, with the right password too."""
    authenticator.blocked_users = {"alice"}
    login = {"username": "alice", "password": "a"}
    assert await authenticator.get_authenticated_user(None, login) is None


async def test_missing_fields_are_a_refusal(authenticator) -> None:
    """A request without the form's fields is a wrong password, not an error."""
    assert await authenticator.get_authenticated_user(None, {}) is None


async def test_an_unknown_name_costs_as_much_as_a_known_one(authenticator, monkeypatch) -> None:
    """One hash is computed either way, so that the time does not tell which names exist."""
    calls = []
    verify = password_hash.verify
    monkeypatch.setattr(
        password_hash, "verify", lambda *args: calls.append(args[0]) or verify(*args)
    )
    for name in ("alice", "nobody"):
        await authenticator.authenticate(None, {"username": name, "password": "x"})
    assert calls == ["x", "x"]


def test_a_plain_password_is_refused_at_start() -> None:
    """A configuration with a password in place of its hash names the user and stops the Hub."""
    with pytest.raises((TraitError, ValueError), match=r"user_data: 'alice'"):
        BasicAuthenticator(user_data={"alice": "secret"})
