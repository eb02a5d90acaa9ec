"""What the Hub hands over by environment."""

from __future__ import annotations

import logging

import pytest

from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError

ENVIRON = {
    "JUPYTERHUB_API_TOKEN": "s3cret-1",
    "CONFIGPROXY_AUTH_TOKEN": "s3cret-2",
    "REMOTEAPP_HINT_TOKEN": "s3cret-3",
    "JUPYTERHUB_USER": "bob smith",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/bob%20smith/",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:servers!user=bob"]',
    "JUPYTERHUB_COOKIE_OPTIONS": '{"SameSite": "Lax"}',
    "JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED": "1",
    "REMOTEAPP_GATE_URL": "http://127.0.0.1:1/services/remoteappgate/",
}


def test_values_have_their_types() -> None:
    """Lists and dictionaries are JSON, flags are flags, the rest is text."""
    config = EnvironmentConfig.from_environ(ENVIRON)
    assert config.api_token == "s3cret-1"
    assert config.user == "bob smith"
    assert config.oauth_access_scopes == ["access:servers!user=bob"]
    assert config.cookie_options == {"SameSite": "Lax"}
    assert config.cookie_host_prefix_enabled is True
    assert config.server_name == ""
    assert config.gate_url.startswith("http://127.0.0.1:1/")


def test_older_names_count_where_the_new_one_is_absent() -> None:
    """The Hub's deprecated aliases still work."""
    config = EnvironmentConfig.from_environ({"JPY_API_TOKEN": "t", "JUPYTERHUB_OAUTH_SCOPES": "[]"})
    assert config.api_token == "t"


def test_secrets_are_masked_wherever_it_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Never logged, masked in ``repr``."""
    config = EnvironmentConfig.from_environ(ENVIRON)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r", config, config)
    text = caplog.text + repr(config) + str(config) + str(config.shown())
    assert "s3cret" not in text
    assert "********" in text
    assert "bob smith" in text


@pytest.mark.parametrize("value", ["nonsense", "{}", '"x"', "1"])
def test_what_is_no_list_is_refused_with_the_variables_name(value: str) -> None:
    """A broken variable is one readable line."""
    with pytest.raises(ConfigurationError) as caught:
        EnvironmentConfig.from_environ({"JUPYTERHUB_OAUTH_ACCESS_SCOPES": value})
    assert "JUPYTERHUB_OAUTH_ACCESS_SCOPES" in str(caught.value)


def test_sources_name_the_variable() -> None:
    """Each value says where it is from."""
    sources = EnvironmentConfig().sources({"JUPYTERHUB_USER": "x"})
    assert sources["user"] == "environment JUPYTERHUB_USER"
    assert sources["api_token"] == "default"
