"""What the Hub and our spawners hand over by environment (facts: JupyterHub 1.1)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from traitlets import Bool, Dict, HasTraits, List, Unicode

from remoteappmanager import naming
from remoteappmanager.exceptions import ConfigurationError

#: What a secret looks like wherever configuration is shown.
MASK = "********"


def _env(name: str, *older: str) -> dict[str, Any]:
    """The metadata of a trait that is read from the variable ``name`` (or an older name)."""
    return {"env": (name, *older)}


class EnvironmentConfig(HasTraits):
    """Tokens and addresses from the Hub. Secrets are masked wherever this is shown.

    An empty string means that the variable is not set.
    """

    api_token = Unicode(help="This process's own Hub token").tag(
        secret=True, **_env("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN")
    )
    api_url = Unicode(help="The Hub's API, direct").tag(**_env("JUPYTERHUB_API_URL"))
    activity_url = Unicode(help="Where activity is reported").tag(**_env("JUPYTERHUB_ACTIVITY_URL"))
    base_url = Unicode("/", help="The whole deployment's path").tag(**_env("JUPYTERHUB_BASE_URL"))
    host = Unicode(help="The Hub's public host, with subdomains only").tag(
        **_env("JUPYTERHUB_HOST")
    )
    service_name = Unicode(help="The service's name; services only").tag(
        **_env("JUPYTERHUB_SERVICE_NAME")
    )
    service_url = Unicode(help="Where to listen").tag(**_env("JUPYTERHUB_SERVICE_URL"))
    service_prefix = Unicode("/", help="Our path, percent-encoded").tag(
        **_env("JUPYTERHUB_SERVICE_PREFIX")
    )
    user = Unicode(help="The owner's name, raw").tag(**_env("JUPYTERHUB_USER"))
    server_name = Unicode(help="The server's name, empty for the default one").tag(
        **_env("JUPYTERHUB_SERVER_NAME")
    )
    client_id = Unicode(help="Our OAuth client").tag(**_env("JUPYTERHUB_CLIENT_ID"))
    oauth_callback_url = Unicode(help="Where the Hub sends a browser back to").tag(
        **_env("JUPYTERHUB_OAUTH_CALLBACK_URL")
    )
    oauth_access_scopes = List(Unicode(), help="Any of these lets an actor in").tag(
        **_env("JUPYTERHUB_OAUTH_ACCESS_SCOPES", "JUPYTERHUB_OAUTH_SCOPES")
    )
    cookie_options = Dict(help="More options for our cookies").tag(
        **_env("JUPYTERHUB_COOKIE_OPTIONS")
    )
    cookie_host_prefix_enabled = Bool(False, help="__Host- cookies").tag(
        **_env("JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED")
    )
    default_url = Unicode(help="Spawner.default_url").tag(**_env("JUPYTERHUB_DEFAULT_URL"))
    public_url = Unicode(help="Our public address, when the Hub knows it").tag(
        **_env("JUPYTERHUB_PUBLIC_URL")
    )
    ssl_keyfile = Unicode(help="Key, with internal_ssl").tag(**_env("JUPYTERHUB_SSL_KEYFILE"))
    ssl_certfile = Unicode(help="Certificate, with internal_ssl").tag(
        **_env("JUPYTERHUB_SSL_CERTFILE")
    )
    ssl_client_ca = Unicode(help="Authority, with internal_ssl").tag(
        **_env("JUPYTERHUB_SSL_CLIENT_CA")
    )
    config_file = Unicode(help="The configuration file").tag(**_env(naming.CONFIG_FILE_ENV))
    gate_url = Unicode(help="The gate's address, direct").tag(**_env(naming.GATE_URL_ENV))
    login_service = Unicode(help="What logged the owner in").tag(**_env(naming.LOGIN_SERVICE_ENV))
    logout_url = Unicode(help="The authenticator's logout address").tag(
        **_env(naming.LOGOUT_URL_ENV)
    )
    proxy_api_url = Unicode(help="configurable-http-proxy's API; the gate only").tag(
        **_env(naming.PROXY_API_URL_ENV)
    )
    proxy_api_token = Unicode(help="configurable-http-proxy's token; the gate only").tag(
        secret=True, **_env(naming.PROXY_API_TOKEN_ENV)
    )
    hint_token = Unicode(help="By which the Hub's hints are known; the gate only").tag(
        secret=True, **_env(naming.HINT_TOKEN_ENV)
    )
    debug = Bool(False, help="Log more").tag(**_env("JUPYTERHUB_DEBUG"))
    home = Unicode(help="The directory that allow_home mounts").tag(**_env("HOME"))
    docker_host = Unicode(help="As the docker CLI reads it").tag(**_env("DOCKER_HOST"))
    docker_tls_verify = Unicode(help="As the docker CLI reads it").tag(**_env("DOCKER_TLS_VERIFY"))
    docker_cert_path = Unicode(help="As the docker CLI reads it").tag(**_env("DOCKER_CERT_PATH"))

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> EnvironmentConfig:
        """Read ``environ``, by default the process's own. Raises ``ConfigurationError``."""
        config = cls()
        config.parse_config(environ)
        return config

    def parse_config(self, environ: Mapping[str, str] | None = None) -> None:
        """Set every trait whose variable is set and not empty. Raises ``ConfigurationError``."""
        environ = os.environ if environ is None else environ
        for name, trait in self.traits(env=lambda value: bool(value)).items():
            variable = next((v for v in trait.metadata["env"] if environ.get(v)), None)
            if variable:
                setattr(self, name, _parse(trait, variable, environ[variable]))

    def sources(self, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """Trait name -> where its value comes from, in words."""
        environ = os.environ if environ is None else environ
        return {
            name: next((f"environment {v}" for v in trait.metadata["env"] if environ.get(v)), "")
            or "default"
            for name, trait in self.traits(env=lambda value: bool(value)).items()
        }

    def shown(self) -> dict[str, Any]:
        """All values, secrets masked."""
        secrets = set(self.traits(secret=True))
        return {
            name: MASK if name in secrets and getattr(self, name) else getattr(self, name)
            for name in self.traits(env=lambda value: bool(value))
        }

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.shown().items() if value)
        return f"{type(self).__name__}({values})"

    __str__ = __repr__


def _parse(trait: Any, variable: str, text: str) -> Any:
    """A variable's text as the trait's type; lists and dictionaries are JSON."""
    if isinstance(trait, Bool):
        return text.lower() in {"1", "true", "yes", "on"}
    if isinstance(trait, List | Dict):
        kind = list if isinstance(trait, List) else dict
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, kind):
            raise ConfigurationError(f"{variable} is not a JSON {kind.__name__}.")
        return value
    return text
