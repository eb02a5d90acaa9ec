"""Anyone, for testing."""

import pytest

from remoteappmanager.jupyterhub.auth import WorldAuthenticator


@pytest.mark.parametrize(
    ("typed", "name"), [("alice", "alice"), (" Bob ", "bob"), ("", None), ("  ", None)]
)
async def test_anyone_gets_in_under_the_name_they_type(typed, name) -> None:
    """Every name is let in, with any password; no name is not."""
    answer = await WorldAuthenticator().get_authenticated_user(
        None, {"username": typed, "password": "x"}
    )
    assert (answer and answer["name"]) == name


async def test_admin_users_are_admins() -> None:
    """Who is an administrator is the Hub's own setting."""
    world = WorldAuthenticator(admin_users={"root"})
    root = await world.get_authenticated_user(None, {"username": "root"})
    alice = await world.get_authenticated_user(None, {"username": "alice"})
    assert (root["admin"], bool(alice["admin"])) == (True, False)


def test_it_says_so_in_the_log(caplog) -> None:
    """A Hub that lets everybody in says it at its start."""
    WorldAuthenticator()
    assert "ANYONE can log in" in caplog.text
