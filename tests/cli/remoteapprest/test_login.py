"""Logging in."""

import json

import pytest

from remoteappmanager.cli.remoteapprest import login
from remoteappmanager.cli.remoteapprest.errors import LoginRefused, UnexpectedAnswer, Unreachable
from tests.fakes.site import ALICE, PASSWORD, FakeSite


def test_a_password_becomes_a_token_of_minimal_scopes(site: FakeSite) -> None:
    """One request, without cookies; what comes back has a token and no password."""
    found = login.log_in(site.url, ALICE, PASSWORD)
    assert list(site.tokens) == [found.token]
    assert (found.url, found.username, found.token_id) == (site.url, ALICE, "a7")
    asked = json.loads(site.bodies[-1])
    assert asked["scopes"] == ["access:servers!user", "read:servers!user", "start:servers!user"]
    assert site.asked == ["GET /lab/hub/api/", "POST /lab/hub/api/users/alice/tokens"]
    assert PASSWORD not in str(vars(found))


def test_a_user_whom_the_hub_has_never_seen_can_log_in(site: FakeSite) -> None:
    """Where the token is refused, the login page makes the user, and the token comes after."""
    site.known = False
    assert login.log_in(site.url, ALICE, PASSWORD).token in site.tokens


def test_the_name_is_as_the_site_spells_it(site: FakeSite) -> None:
    """A name that the site normalises is kept as the site has it."""
    assert login.log_in(site.url, "Alice", PASSWORD).username == ALICE


def test_a_site_with_shorter_tokens_gives_one(site: FakeSite) -> None:
    """Where 30 days are too many, the site decides how long the token lasts."""
    site.longest_token = 60
    assert login.log_in(site.url, ALICE, PASSWORD).token in site.tokens


def test_a_wrong_password_is_refused(site: FakeSite) -> None:
    """A wrong password is told so, and nothing of it is in the message."""
    with pytest.raises(LoginRefused, match="name or password") as caught:
        login.log_in(site.url, ALICE, "wrong one")
    assert "wrong one" not in str(caught.value)
    assert not site.tokens


def test_a_site_with_single_sign_on_says_how_to_use_a_token(site: FakeSite) -> None:
    """Where the login page takes no password, the message names the token page."""
    site.form = False
    with pytest.raises(LoginRefused, match=r"/lab/hub/token.*--token"):
        login.log_in(site.url, ALICE, PASSWORD)


def test_a_token_from_the_token_page_logs_in(site: FakeSite) -> None:
    """--token needs no name: the Hub knows whose it is."""
    found = login.log_in_with_token(site.url, site.token())
    assert (found.username, found.token_id) == (ALICE, "a7")


@pytest.mark.parametrize(
    ("scopes", "username", "message"),
    [
        (["read:users:name!user=alice"], "", "may not use your server"),
        (None, "bob", "alice's, not bob's"),
    ],
)
def test_a_token_that_does_not_do_is_refused(
    site: FakeSite, scopes: list[str] | None, username: str, message: str
) -> None:
    """A token that is too narrow, or somebody else's, is refused at once."""
    with pytest.raises(LoginRefused, match=message):
        login.log_in_with_token(site.url, site.token(scopes), username=username)


def test_a_bogus_token_is_refused(site: FakeSite) -> None:
    """A token that the Hub does not know is refused, naming the page to make one."""
    with pytest.raises(LoginRefused, match="hub/token"):
        login.log_in_with_token(site.url, "bogus")


def test_no_password_is_sent_to_what_is_no_hub(site: FakeSite) -> None:
    """A forgotten path prefix is noticed before the password goes out."""
    with pytest.raises(UnexpectedAnswer, match="path prefix"):
        login.log_in(site.url.removesuffix("/lab"), ALICE, PASSWORD)
    assert not any(site.bodies)


def test_a_netrc_is_not_used(
    site: FakeSite, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passwords in ~/.netrc go to nobody, and do not take the token's place."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login x password y\n")  # type: ignore[operator]
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))  # type: ignore[operator]
    login.log_in_with_token(site.url, site.token())
    assert not [h for h in site.headers if h.get("Authorization", "").startswith("Basic")]


def test_a_dead_port_is_told() -> None:
    """A port that nobody listens on is one line that says what to check."""
    with FakeSite() as gone:
        pass
    with pytest.raises(Unreachable, match="Nobody answers at"):
        login.log_in(gone.url, ALICE, PASSWORD)
