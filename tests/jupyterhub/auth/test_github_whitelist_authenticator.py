"""GitHub's names, let in by a file."""

import pytest

from remoteappmanager.jupyterhub.auth import GitHubWhitelistAuthenticator


class SignedIn(GitHubWhitelistAuthenticator):
    """GitHub has said who it is: the part that needs the network is done."""

    async def authenticate(self, handler, data=None, **kwargs):
        return {"name": data["name"], "admin": data.get("admin"), "auth_state": {"scope": []}}


async def lets_in(authenticator, name: str, **more) -> bool:
    model = await authenticator.get_authenticated_user(None, {"name": name, **more})
    return model is not None


async def test_who_stands_in_the_file_gets_in(tmp_path) -> None:
    """A name in the file, however it is written; nobody else."""
    (tmp_path / "names").write_text("Alice\n")
    authenticator = SignedIn(whitelist_file=str(tmp_path / "names"))
    assert await lets_in(authenticator, "alice")
    assert await lets_in(authenticator, "ALICE")
    assert not await lets_in(authenticator, "mallory")


@pytest.mark.parametrize("content", [None, "", "# nobody\n", "a b\n"], ids=repr)
async def test_without_a_good_file_nobody_gets_in(tmp_path, caplog, content) -> None:
    """In the original a missing file let everybody in; here it lets nobody in, and says why."""
    if content is not None:
        (tmp_path / "names").write_text(content)
    authenticator = SignedIn(whitelist_file=str(tmp_path / "names"))
    assert not await lets_in(authenticator, "alice")
    assert "Nobody can log in" in caplog.text


async def test_no_file_configured_lets_nobody_in() -> None:
    """An authenticator that was not told of a file is closed."""
    assert not await lets_in(SignedIn(), "alice")


@pytest.mark.parametrize(
    "setting",
    [
        {"allow_all": True},
        {"allowed_users": {"mallory"}},
        {"allow_existing_users": True},
        {"admin_users": {"mallory"}},
    ],
    ids=repr,
)
async def test_the_file_alone_decides(tmp_path, setting) -> None:
    """No other way of being allowed goes around the file."""
    (tmp_path / "names").write_text("alice\n")
    authenticator = SignedIn(whitelist_file=str(tmp_path / "names"), **setting)
    assert not await lets_in(authenticator, "mallory", admin=True)


async def test_a_blocked_user_is_out(tmp_path) -> None:
    """``blocked_users`` locks out who stands in the file."""
    (tmp_path / "names").write_text("alice\n")
    authenticator = SignedIn(whitelist_file=str(tmp_path / "names"), blocked_users={"alice"})
    assert not await lets_in(authenticator, "alice")


async def test_a_change_counts_at_the_next_login(tmp_path) -> None:
    """Nothing is restarted."""
    (tmp_path / "names").write_text("alice\n")
    authenticator = SignedIn(whitelist_file=str(tmp_path / "names"))
    assert not await lets_in(authenticator, "bob")
    (tmp_path / "names").write_text("alice\nbob\n")
    assert await lets_in(authenticator, "bob")
