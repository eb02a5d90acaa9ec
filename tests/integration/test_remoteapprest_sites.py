"""``remoteapprest`` as a process, at each kind of site: its logins, and where it lies."""

import os
import pathlib
import secrets
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.integration.command_line import TINY, Person
from tests.integration.deployment import Deployment

SCOPES = ["access:servers!user", "read:servers!user", "start:servers!user"]

#: Users of the system, by their passwords there.
PAM = """
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_users = {{{name!r}}}
c.PAMAuthenticator.open_sessions = False
"""

#: No password is ever typed at the site itself.
SINGLE_SIGN_ON = """
c.JupyterHub.authenticator_class = (
    "remoteappmanager.jupyterhub.auth.github_whitelist_authenticator.GitHubWhitelistAuthenticator"
)
c.GitHubOAuthenticator.client_id = "tests"
c.GitHubOAuthenticator.client_secret = "tests"
c.GitHubOAuthenticator.oauth_callback_url = "https://site.example/hub/oauth_callback"
c.Authenticator.auto_login = {auto_login}
"""

Site = Callable[..., Deployment]


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Iterator[Site]:
    """``site(**options)`` starts a deployment of the test's own."""
    started: list[Deployment] = []

    def make(**options: object) -> Deployment:
        engine = os.environ.get("DOCKER_HOST", "")
        started.append(Deployment(tmp_path / "site", engine=engine, **options))  # type: ignore[arg-type]
        return started[-1].start()

    yield make
    for one in started:
        one.stop()


@pytest.fixture
def unix_user() -> Iterator[tuple[str, str]]:
    """The name and password of a user of this system, who is gone afterwards. Needs root."""
    name, password = f"rest-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    subprocess.run(
        ["useradd", "--no-create-home", "--shell", "/bin/sh", name], check=True, capture_output=True
    )
    try:
        subprocess.run(
            ["chpasswd"], input=f"{name}:{password}\n", text=True, check=True, capture_output=True
        )
        yield name, password
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)


def the_whole_way(person: Person) -> None:
    """List, start, see it run, stop, log out: whoever is logged in."""
    assert person.run("app", "available").stdout.startswith(f"{person.mapping} : ")
    url_id = person.start()
    assert person.run("app", "running").stdout == f"{url_id} : {TINY}\n"
    person.run("app", "stop", url_id)
    assert person.run("app", "running").stdout == ""
    person.run("logout")
    assert not person.file.exists()


def test_pam(site: Site, unix_user: tuple[str, str], tmp_path: pathlib.Path) -> None:
    """The password of the system logs in at a site with PAM; a wrong one is refused in one line."""
    name, password = unix_user
    pam = site(hub_config=PAM.format(name=name))
    person = Person(pam.url, name, tmp_path / "home")
    person.mapping = pam.grant(TINY, name)
    words = ("login", person.url, "--username")
    line = person.refused(*words, name, input="wrong\n")
    assert "refuses this name or password: try again" in line
    assert person.refused(*words, "daemon", input=f"{password}\n") == line
    assert not person.file.exists()
    assert f"as {name}" in person.log_in(password).stderr
    the_whole_way(person)
    assert password not in pam.hub_log()


@pytest.mark.parametrize("auto_login", [False, True])
def test_single_sign_on(site: Site, tmp_path: pathlib.Path, auto_login: bool) -> None:
    """Where no password is asked for, the refusal says how to get a token, which is enough."""
    hub = site(hub_config=SINGLE_SIGN_ON.format(auto_login=auto_login))
    person = Person(hub.url, "octocat", tmp_path / "home")
    person.mapping = hub.grant(TINY, person.name)
    line = person.refused("login", hub.url, "--username", person.name, input="any\n")
    assert f"make a token at {hub.url}/hub/token" in line
    assert f"type 'remoteapprest login {hub.url} --token'" in line
    line = person.refused("login", hub.url, "--token", input="bogus\n")
    assert f"refuses this token: make a new one at {hub.url}/hub/token" in line
    poor = hub.token(person.name, ["read:users!user"])
    line = person.refused("login", hub.url, "--token", input=f"{poor}\n")
    assert "may not use your server" in line
    assert not person.file.exists()
    token = hub.token(person.name, SCOPES)
    assert "as octocat" in person.run("login", hub.url, "--token", input=f"{token}\n").stderr
    the_whole_way(person)


def test_a_site_below_a_path(site: Site, tmp_path: pathlib.Path) -> None:
    """A prefix belongs to the address, also one that begins like a page of the Hub."""
    hub = site(prefix="/hub-prefix")
    person = Person(hub.url, "rest-prefix", tmp_path / "home")
    person.mapping = hub.grant(TINY, person.name)
    bare = hub.url.removesuffix("/hub-prefix")
    line = person.refused("login", bare, "--username", person.name, input="any\n")
    assert "with its path prefix" in line
    pasted = f"{hub.url}/hub/login?next=%2Fhub-prefix%2Fhub%2F"
    done = person.run("login", pasted, "--username", person.name, input="any\n")
    assert f"Logged in at {hub.url} as {person.name}" in done.stderr

    address = person.run("app", "start", person.mapping).stdout.strip()
    assert address.startswith(f"{hub.url}/user/{person.name}/containers/")
    browser = hub.enter(person.name)
    assert browser.get(address).url == address
    hub.stop_server(person.name)
    assert "Starting your server" in person.run("app", "available").stderr
    the_whole_way(person)
