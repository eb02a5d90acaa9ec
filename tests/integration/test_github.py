"""The login with GitHub at a real Hub; GitHub itself is a fake at the wire."""

import os
import pathlib
import tempfile
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from remoteappmanager import naming
from tests.fakes.github import FakeGitHub
from tests.integration.deployment import Deployment, Visitor

HUB_CONFIG = """\
c.JupyterHub.authenticator_class = "remoteappmanager.jupyterhub.auth.GitHubWhitelistAuthenticator"
c.GitHubWhitelistAuthenticator.whitelist_file = {names!r}
c.GitHubWhitelistAuthenticator.github_url = {url!r}
c.GitHubWhitelistAuthenticator.client_id = {client_id!r}
c.GitHubWhitelistAuthenticator.oauth_callback_url = {callback!r}
c.GitHubWhitelistAuthenticator.admin_users = {{"octo-admin", "not-in-the-file"}}
"""


@pytest.fixture(scope="module")
def github() -> Iterator[FakeGitHub]:
    """GitHub, with our application registered; its secret is in our environment."""
    with FakeGitHub() as github, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAUTH_CLIENT_SECRET", github.client_secret)
        yield github


@pytest.fixture
def names(site: Deployment) -> pathlib.Path:
    """The file of names, as it was first."""
    path = site.directory.parent / "github_users"
    path.write_text("# who may come in\nOctoCat\nocto-admin\n")
    return path


@pytest.fixture(scope="module")
def site(github: FakeGitHub) -> Iterator[Deployment]:
    """A Hub at which one logs in with GitHub."""
    with tempfile.TemporaryDirectory(prefix="remoteapp-github-") as place:
        deployment = Deployment(
            pathlib.Path(place) / "run", engine=os.environ.get("DOCKER_HOST", ""), anyone=False
        )
        deployment.hub_config = HUB_CONFIG.format(
            names=f"{place}/github_users",
            url=github.url,
            client_id=github.client_id,
            callback=f"{deployment.url}/hub/oauth_callback",
        )
        try:
            yield deployment.start()
        finally:
            deployment.stop()


def sign_in(site: Deployment, github: FakeGitHub, name: str) -> tuple[Visitor, requests.Response]:
    """Follow the login button as ``name`` of GitHub; the browser, and where it ended up."""
    github.signed_in = name
    visitor = Visitor(site.url, name.lower())
    assert "/hub/oauth_login" in visitor.get("/hub/login").text
    return visitor, visitor.get("/hub/oauth_login", params={"next": "/hub/home"})


@pytest.mark.usefixtures("names")
def test_a_name_in_the_file_comes_in(site: Deployment, github: FakeGitHub) -> None:
    """However GitHub writes the name, one user comes of it, with a process that knows who
    logged them in, and no secret of ours.
    """
    visitor, page = sign_in(site, github, "OCTOCAT")
    assert (page.status_code, page.url) == (200, f"{site.url}/hub/home")
    site.spawn(visitor)
    assert 'data-owner="octocat"' in visitor.get(visitor.home).text
    environment = site.environment(site.process("octocat"))
    assert environment[naming.LOGIN_SERVICE_ENV] == "GitHub"
    assert github.client_secret not in environment.values()
    assert github.client_secret not in site.hub_log()
    site.stop_server("octocat")


def test_a_name_outside_the_file_stays_outside(
    site: Deployment, github: FakeGitHub, names: pathlib.Path
) -> None:
    """GitHub's word alone is not enough; a line in the file is, with no restart; and a file
    that is gone lets nobody in, known or not.
    """
    assert sign_in(site, github, "mallory")[1].status_code == 403
    names.write_text(names.read_text() + "mallory\n")
    assert sign_in(site, github, "mallory")[1].status_code == 200
    names.unlink()
    for name in ("mallory", "octocat", "octo-admin"):
        assert sign_in(site, github, name)[1].status_code == 403
    assert "Nobody can log in" in site.hub_log()


@pytest.mark.usefixtures("names")
def test_administrators_stand_in_the_file_too(site: Deployment, github: FakeGitHub) -> None:
    """``admin_users`` says who of the file is an administrator, and opens no second door."""
    visitor, page = sign_in(site, github, "octo-admin")
    assert page.status_code == 200
    assert 'value="admin"' in visitor.get("/hub/spawn").text
    assert sign_in(site, github, "not-in-the-file")[1].status_code == 403


@pytest.mark.usefixtures("names")
def test_a_forged_return_logs_nobody_in(site: Deployment, github: FakeGitHub) -> None:
    """A code without the state of this browser's own sign-in, or one that GitHub does not
    know, logs nobody in.
    """

    def back(answer: dict[str, str]) -> int:
        """Begin a sign-in, and come back with something else than GitHub said."""
        visitor = Visitor(site.url, "octocat")
        begun = visitor.get("/hub/oauth_login", allow_redirects=False).headers["Location"]
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun).query).items()}
        page = visitor.get("/hub/oauth_callback", params={"state": query["state"]} | answer)
        assert "/hub/login" in visitor.get("/hub/home").url
        return page.status_code

    assert back({"state": "forged", "code": "anything"}) == 400
    assert back({"code": "unknown"}) == 403
    # Somebody else's whole answer, code and state.
    begun = Visitor(site.url, "octocat").get("/hub/oauth_login", allow_redirects=False)
    query = {k: v[0] for k, v in parse_qs(urlsplit(begun.headers["Location"]).query).items()}
    stolen = parse_qs(urlsplit(github.authorize(query)).query)
    assert back({name: values[0] for name, values in stolen.items()}) == 400
