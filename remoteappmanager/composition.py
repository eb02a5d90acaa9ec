"""The parts of a per-user process, made from its configuration. Nothing here connects yet."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.db.interfaces import ABCDatabase
from remoteappmanager.docker.container_manager import ContainerManager
from remoteappmanager.docker.spec import Limits, Security
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError, ServiceUnavailable
from remoteappmanager.file_config import FileConfig
from remoteappmanager.services.gate_client import GateClient
from remoteappmanager.services.hub import Hub


def load(
    argv: Sequence[str] | None = None, environment: EnvironmentConfig | None = None
) -> tuple[CommandLineConfig, FileConfig, EnvironmentConfig, dict[str, dict[str, str]]]:
    """Read all configuration once: command line, file, environment, and where each value is from.

    Raises ``ConfigurationError``.
    """
    environment = environment or EnvironmentConfig.from_environ()
    command_line, file = CommandLineConfig(), FileConfig()
    sources = {
        "command line": command_line.parse_config(argv, environment),
        "file": file.parse_config(command_line.config_file, environment),
        "environment": environment.sources(),
    }
    return command_line, file, environment, sources


def make_hub(
    options: CommandLineConfig, environment: EnvironmentConfig, *, cache_max_age: int
) -> Hub:
    """The Hub, as told by environment and command line. Raises ``ConfigurationError``."""
    if not environment.api_token:
        raise ConfigurationError(
            "JUPYTERHUB_API_TOKEN is not set: this program is started by JupyterHub."
        )
    if not (options.user and options.cookie_name and options.hub_api_url):
        raise ConfigurationError(
            "The user, the cookie's name and the Hub's API address are needed: JupyterHub "
            "gives them by environment; else --user, --cookie-name and --hub-api-url do."
        )
    return Hub(
        options.hub_api_url,
        environment.api_token,
        base_url=options.base_urlpath,
        hub_host=options.hub_host,
        hub_prefix=options.hub_prefix,
        client_id=options.cookie_name,
        redirect_uri=environment.oauth_callback_url,
        access_scopes=environment.oauth_access_scopes,
        activity_url=environment.activity_url,
        server_name=environment.server_name,
        cache_max_age=cache_max_age,
        settings={
            "cookie_options": environment.cookie_options,
            "cookie_host_prefix_enabled": environment.cookie_host_prefix_enabled,
            "keyfile": environment.ssl_keyfile,
            "certfile": environment.ssl_certfile,
            "client_ca": environment.ssl_client_ca,
            "allow_token_in_url": False,
        },
    )


def make_database(config: FileConfig) -> ABCDatabase:
    """The accounting database that the file names. Raises ``ConfigurationError``."""
    path = config.database_class
    module_name, _, class_name = path.rpartition(".")
    try:
        database_class = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as exc:
        raise ConfigurationError(f"database_class: {path!r} cannot be imported.") from exc
    try:
        return database_class(**config.database_kwargs)
    except (TypeError, ValueError, OSError) as exc:
        raise ConfigurationError(f"database_kwargs: {exc}") from exc


def make_container_manager(config: FileConfig) -> ContainerManager:
    """The containers of the configured realm. Raises ``ConfigurationError``."""
    try:
        limits = Limits.from_config(config.container_limits)
    except ValueError as exc:
        raise ConfigurationError(f"container_limits: {exc}") from exc
    try:
        security = Security.from_config(config.container_security)
    except ValueError as exc:
        raise ConfigurationError(f"container_security: {exc}") from exc
    try:
        return ContainerManager(
            config.docker_config(),
            config.docker_realm,
            network=config.container_network,
            internet=config.container_internet,
            limits=limits,
            security=security,
            stop_grace=config.container_stop_grace,
        )
    except ValueError as exc:
        # Two settings that do not go together; the message names them.
        raise ConfigurationError(str(exc)) from exc


def make_gate(environment: EnvironmentConfig) -> GateClient | NoGate:
    """The gate, by this process's own token."""
    url = environment.gate_url
    return GateClient(url, environment.api_token) if url else NoGate()


class NoGate:
    """Stands in where no gate is configured: nothing can be published, and that is said."""

    async def publish(self, url_id: str) -> None:
        """Never works."""
        raise ServiceUnavailable("The gate", "No gate is configured: see gate_service(c).")

    async def withdraw(self, url_id: str) -> None:
        """There is nothing to take away."""

    async def close(self) -> None:
        """There is nothing to close."""
