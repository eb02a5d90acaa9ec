"""The one line that adds the gate to a site's Hub."""

import pathlib
import stat

import pytest
from traitlets.config import Config

from remoteappmanager import naming
from remoteappmanager.jupyterhub import gate_service, hints
from remoteappmanager.jupyterhub.gate_service import STATE_FILE, UnsupportedOption
from remoteappmanager.jupyterhub.secret_file import UnsafeSecretFile, read


@pytest.fixture(autouse=True)
def no_listeners(monkeypatch) -> list:
    """Nothing of the Hub's models is touched; what would be installed is returned."""
    installed: list = []
    monkeypatch.setattr(hints, "install", installed.append)
    for name in (naming.PROXY_API_TOKEN_ENV, *naming.DOCKER_ENV):
        monkeypatch.delenv(name, raising=False)
    return installed


def the_service(c: Config) -> dict:
    (service,) = [s for s in c.JupyterHub.services if s["name"] == naming.GATE_SERVICE_NAME]
    return service


def test_it_adds_a_service_on_the_loopback_interface(tmp_path) -> None:
    """The gate is a managed service with a fixed loopback port, without a page to consent."""
    c = Config()
    url = gate_service(c, state_dir=tmp_path, config_file_path="/etc/app.py")
    service = the_service(c)
    port = read(tmp_path / STATE_FILE)["REMOTEAPP_GATE_PORT"]
    assert service["url"] == f"http://127.0.0.1:{port}"
    assert service["oauth_no_confirm"] is True
    assert service["command"][-1].endswith("remoteappgate")
    assert service["environment"] == {
        naming.CONFIG_FILE_ENV: "/etc/app.py",
        naming.PROXY_API_URL_ENV: "http://127.0.0.1:8001",
    }
    assert url == f"http://127.0.0.1:{port}/services/remoteappgate/"
    assert c.RemoteAppSpawner.gate_url == url
    assert c.RemoteAppSpawner.config_file_path == "/etc/app.py"


def test_no_secret_stands_where_the_hub_would_store_it(tmp_path) -> None:
    """The Hub writes a service's environment to its database: no secret is in the service."""
    c = Config()
    gate_service(c, state_dir=tmp_path)
    values = read(tmp_path / STATE_FILE)
    for name in (naming.PROXY_API_TOKEN_ENV, naming.HINT_TOKEN_ENV):
        assert values[name] not in repr(the_service(c))
    assert stat.S_IMODE((tmp_path / STATE_FILE).stat().st_mode) == 0o600


def test_the_proxys_token_is_pinned(tmp_path) -> None:
    """A restart of the Hub gives the proxy the same token, and the gate the same port."""
    first, second = Config(), Config()
    assert gate_service(first, state_dir=tmp_path) == gate_service(second, state_dir=tmp_path)
    token = first.ConfigurableHTTPProxy.auth_token
    assert token == second.ConfigurableHTTPProxy.auth_token
    assert token == read(tmp_path / STATE_FILE)[naming.PROXY_API_TOKEN_ENV]


def test_a_token_of_the_sites_own_is_kept(tmp_path, monkeypatch) -> None:
    """A token in the configuration wins over the environment's, and both over the file's."""
    gate_service(Config(), state_dir=tmp_path)
    monkeypatch.setenv(naming.PROXY_API_TOKEN_ENV, "from-the-environment")
    c = Config()
    gate_service(c, state_dir=tmp_path)
    assert c.ConfigurableHTTPProxy.auth_token == "from-the-environment"
    c = Config()
    c.ConfigurableHTTPProxy.auth_token = "from-the-configuration"
    gate_service(c, state_dir=tmp_path)
    assert c.ConfigurableHTTPProxy.auth_token == "from-the-configuration"
    assert read(tmp_path / STATE_FILE)[naming.PROXY_API_TOKEN_ENV] == "from-the-configuration"


def test_a_file_that_others_may_read_stops_the_hub(tmp_path) -> None:
    """The Hub does not start with a token that is no secret."""
    gate_service(Config(), state_dir=tmp_path)
    (tmp_path / STATE_FILE).chmod(0o644)
    with pytest.raises(UnsafeSecretFile):
        gate_service(Config(), state_dir=tmp_path)


def test_every_user_may_pass_the_gates_sign_in(tmp_path) -> None:
    """Users get the one scope beside what the site gives them; the gate gets no role."""
    c = Config()
    c.JupyterHub.extra_user_scopes = {"shares!user"}
    gate_service(c, state_dir=tmp_path)
    assert c.JupyterHub.extra_user_scopes == {"shares!user", naming.GATE_ACCESS_SCOPE}
    assert "load_roles" not in c.JupyterHub
    assert "admin" not in the_service(c)


def test_other_services_stay(tmp_path) -> None:
    """The site's services are kept, and a second call does not add a second gate."""
    c = Config()
    c.JupyterHub.services = [{"name": "culler"}]
    gate_service(c, state_dir=tmp_path)
    gate_service(c, state_dir=tmp_path, port=8010)
    assert [s["name"] for s in c.JupyterHub.services] == ["culler", naming.GATE_SERVICE_NAME]
    assert the_service(c)["url"] == "http://127.0.0.1:8010"


@pytest.mark.parametrize(
    ("setting", "prefix"),
    [
        ({}, "/"),
        ({"base_url": "/apps"}, "/apps/"),
        ({"base_url": "/apps/"}, "/apps/"),
        ({"bind_url": "http://127.0.0.1:8000/apps"}, "/apps/"),
        ({"bind_url": "http://127.0.0.1:8000"}, "/"),
    ],
)
def test_a_base_url_is_part_of_the_address(tmp_path, setting, prefix) -> None:
    """A Hub below a path has its services below it too."""
    c = Config({"JupyterHub": setting})
    url = gate_service(c, state_dir=tmp_path, port=8010)
    assert url == f"http://127.0.0.1:8010{prefix}services/remoteappgate/"


def test_it_takes_the_sites_addresses_and_docker(tmp_path, monkeypatch) -> None:
    """Where the proxy's API and Docker are is handed on as the site says it."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://docker:2376")
    c = Config()
    c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:9001"
    c.VirtualUserSpawner.config_file_path = "/etc/app.py"
    gate_service(c, state_dir=tmp_path)
    assert the_service(c)["environment"] == {
        naming.PROXY_API_URL_ENV: "http://127.0.0.1:9001",
        naming.CONFIG_FILE_ENV: "/etc/app.py",
        "DOCKER_HOST": "tcp://docker:2376",
    }


def test_an_external_gate_finds_everything_in_the_file(tmp_path, caplog) -> None:
    """Run by systemd, the gate gets from the file what the Hub would hand over."""
    c = Config()
    c.JupyterHub.hub_bind_url = "http://127.0.0.1:9081"
    with caplog.at_level("INFO"):
        gate_service(
            c, state_dir=tmp_path, config_file_path="/etc/app.py", managed=False, port=8010
        )
    values = read(tmp_path / STATE_FILE)
    service = the_service(c)
    assert "command" not in service
    assert service["api_token"] == values["JUPYTERHUB_API_TOKEN"]
    assert values["JUPYTERHUB_API_URL"] == "http://127.0.0.1:9081/hub/api"
    assert values["JUPYTERHUB_SERVICE_URL"] == "http://127.0.0.1:8010"
    assert values["JUPYTERHUB_SERVICE_PREFIX"] == "/services/remoteappgate/"
    assert values[naming.CONFIG_FILE_ENV] == "/etc/app.py"
    assert values[naming.PROXY_API_URL_ENV] == "http://127.0.0.1:8001"
    assert f"EnvironmentFile={tmp_path / STATE_FILE}" in caplog.text
    assert values["JUPYTERHUB_API_TOKEN"] not in caplog.text


def test_hints_go_to_the_gate(tmp_path, no_listeners) -> None:
    """The Hub's hints are sent to the gate's own address."""
    gate_service(Config(), state_dir=tmp_path, port=8010)
    (send,) = no_listeners
    sender = send.__self__
    assert sender._url == "http://127.0.0.1:8010/services/remoteappgate/api/hint"
    assert sender._token == read(tmp_path / STATE_FILE)[naming.HINT_TOKEN_ENV]


def test_running_as_root_is_said_in_the_log(tmp_path, caplog, monkeypatch) -> None:
    """A Hub that runs as root says so, and that virtual users do not need it."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    gate_service(Config(), state_dir=tmp_path)
    assert "run as root" in caplog.text
    caplog.clear()
    uid = pathlib.Path(tmp_path / STATE_FILE).stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: uid or 1000)
    gate_service(Config(), state_dir=tmp_path)
    assert "run as root" not in caplog.text


@pytest.mark.parametrize(
    ("option", "value"), [("internal_ssl", True), ("subdomain_host", "https://apps.example.org")]
)
def test_what_the_gate_does_not_support_is_refused(tmp_path, option, value) -> None:
    """At the start and by name, not by applications that nobody can reach; nothing is written."""
    c = Config()
    c.JupyterHub[option] = value
    with pytest.raises(UnsupportedOption, match=f"c.JupyterHub.{option} does not go together"):
        gate_service(c, state_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("option", "value"), [("internal_ssl", False), ("subdomain_host", "")])
def test_what_is_switched_off_is_no_obstacle(tmp_path, option, value) -> None:
    """A site may say that it does not use them."""
    c = Config()
    c.JupyterHub[option] = value
    assert gate_service(c, state_dir=tmp_path)
