"""The command line: everything has its default from the environment."""

from __future__ import annotations

import pytest

from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError

ENVIRON = {
    "JUPYTERHUB_USER": "alice",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:46421/user/alice/",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/alice/",
    "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-alice",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
    "JUPYTERHUB_BASE_URL": "/pre/",
    "JUPYTERHUB_HOST": "",
    "REMOTEAPP_CONFIG_FILE": "/etc/remoteapp.py",
    "REMOTEAPP_LOGIN_SERVICE": "GitHub",
}
DEFAULTS = {
    "user": "alice",
    "ip": "127.0.0.1",
    "port": 46421,
    "cookie_name": "jupyterhub-user-alice",
    "base_urlpath": "/user/alice/",
    "hub_host": "",
    "hub_prefix": "/pre/hub/",
    "hub_api_url": "http://127.0.0.1:8081/hub/api",
    "proxy_api_url": "",
    "logout_url": "/pre/hub/logout",
    "login_service": "GitHub",
    "config_file": "/etc/remoteapp.py",
}


def parsed(argv: list[str], environ: dict[str, str] | None = None) -> CommandLineConfig:
    config = CommandLineConfig()
    environ = ENVIRON if environ is None else environ
    config.parse_config(argv, EnvironmentConfig.from_environ(environ))
    return config


def test_without_options_everything_comes_by_environment() -> None:
    """JupyterHub 6 passes no arguments at all."""
    config = parsed([])
    assert {name: getattr(config, name) for name in config.trait_names()} == DEFAULTS


@pytest.mark.parametrize(
    ("argv", "name", "value"),
    [
        (["--user", "bob"], "user", "bob"),
        (["--user=bob"], "user", "bob"),
        (["--port", "1"], "port", 1),
        (["--ip="], "ip", ""),
        (["--cookie-name=x"], "cookie_name", "x"),
        (["--cookie_name=x"], "cookie_name", "x"),
        (["--base_urlpath", "/a_b"], "base_urlpath", "/a_b/"),
        (["--base-urlpath=a"], "base_urlpath", "/a/"),
        (["--hub-host=https://h"], "hub_host", "https://h"),
        (["--hub_prefix=/h"], "hub_prefix", "/h/"),
        (["--hub-api-url=http://h/api"], "hub_api_url", "http://h/api"),
        (["--proxy_api_url=http://p"], "proxy_api_url", "http://p"),
        (["--logout-url=/out"], "logout_url", "/out"),
        (["--login-service=x_y"], "login_service", "x_y"),
        (["--config_file=c_d.py"], "config_file", "c_d.py"),
    ],
)
def test_an_explicit_option_wins(argv: list[str], name: str, value: object) -> None:
    """Dashes and underscores are both accepted, in the name only."""
    assert getattr(parsed(argv), name) == value


@pytest.mark.parametrize(
    "argv",
    [["--unknown=1"], ["--port=x"], ["--port=99999"], ["stray"], ["--use=x"], ["--api-token=x"]],
)
def test_what_is_unknown_or_wrong_is_refused(argv: list[str]) -> None:
    """No abbreviations, no secrets, one readable line."""
    with pytest.raises(ConfigurationError) as caught:
        parsed(argv)
    assert "\n" not in str(caught.value)


def test_all_interfaces() -> None:
    """``Spawner.ip = ''`` gives an address without a host: all interfaces."""
    assert parsed([], {"JUPYTERHUB_SERVICE_URL": "http://:8888/user/a/"}).ip == ""


def test_without_a_hub_it_listens_on_loopback() -> None:
    """Run by hand, nothing is opened to the network."""
    config = parsed([], {})
    assert (config.ip, config.port) == ("127.0.0.1", 0)


def test_the_authenticators_logout_address_wins() -> None:
    """A Hub with single sign-on has its own."""
    environ = {**ENVIRON, "REMOTEAPP_LOGOUT_URL": "/pre/hub/logout?everywhere=1"}
    assert parsed([], environ).logout_url == "/pre/hub/logout?everywhere=1"


def test_sources() -> None:
    """Each value says where it is from."""
    sources = CommandLineConfig().parse_config(["--user=x"], EnvironmentConfig())
    assert sources["user"] == "command line"
    assert sources["port"] == "environment or default"
