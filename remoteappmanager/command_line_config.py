"""The command line of the per-user processes (spec: config).

JupyterHub 6 passes no arguments at all: every option has its default from the
environment. The options are for development, tests and old wrappers. Secrets
never come this way: everybody on the machine can read a command line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import urlsplit

from traitlets import HasTraits, Integer, TraitError, Unicode

from remoteappmanager import utils
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError


class CommandLineConfig(HasTraits):
    """The options, with their defaults from the environment filled in."""

    user = Unicode(help="The owner's login name")
    ip = Unicode(help="Address to listen on; empty for all")
    port = Integer(0, min=0, max=65535, help="Port to listen on; 0 for a free one")
    cookie_name = Unicode(help="Name of our login cookie, and of our OAuth client")
    base_urlpath = Unicode("/", help="Our path, percent-encoded, with a slash at both ends")
    hub_host = Unicode(help="The Hub's public host, where users have subdomains")
    hub_prefix = Unicode("/hub/", help="The Hub's path")
    hub_api_url = Unicode(help="The Hub's API, direct")
    proxy_api_url = Unicode(help="The proxy's API; used by the gate alone")
    logout_url = Unicode("/hub/logout", help="Where logging out ends")
    login_service = Unicode(help="What logged the owner in")
    config_file = Unicode(help="The configuration file; empty for none")

    def parse_config(
        self,
        argv: Sequence[str] | None = None,
        environment: EnvironmentConfig | None = None,
    ) -> dict[str, str]:
        """Read the options (default: the process's own); an option wins over the environment.

        Gives option name -> where its value comes from, in words.
        Raises ``ConfigurationError`` for an unknown option or a wrong value.
        """
        environment = environment or EnvironmentConfig.from_environ()
        given = self._parse_arguments(sys.argv[1:] if argv is None else argv)
        defaults = _defaults(environment)
        sources = {}
        for name in self.trait_names():
            value = given.get(name)
            try:
                setattr(self, name, defaults[name] if value is None else value)
            except TraitError as exc:
                raise ConfigurationError(f"--{name.replace('_', '-')}: {exc}") from exc
            sources[name] = "environment or default" if value is None else "command line"
        self.base_urlpath = utils.with_end_slash("/" + self.base_urlpath.lstrip("/"))
        self.hub_prefix = utils.with_end_slash("/" + self.hub_prefix.lstrip("/"))
        return sources

    def _parse_arguments(self, argv: Sequence[str]) -> dict[str, str | int | None]:
        parser = _Parser(add_help=False, allow_abbrev=False)
        for name in self.trait_names():
            option = f"--{name.replace('_', '-')}"
            parser.add_argument(option, dest=name, type=int if name == "port" else str)
        return vars(parser.parse_args([_with_dashes(argument) for argument in argv]))


class _Parser(argparse.ArgumentParser):
    """argparse that raises instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise ConfigurationError(f"Command line: {message}")


def _with_dashes(argument: str) -> str:
    """``--base_urlpath=/a_b/`` -> ``--base-urlpath=/a_b/``: both spellings of the name count."""
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument.partition("=")
    return name.replace("_", "-") + equals + value


def _defaults(environment: EnvironmentConfig) -> dict[str, str | int]:
    """What each option is when it is not given."""
    where = urlsplit(environment.service_url)
    try:
        port = where.port or 0
    except ValueError as exc:
        raise ConfigurationError("JUPYTERHUB_SERVICE_URL has no valid port.") from exc
    hub_prefix = utils.url_path_join(environment.base_url, "hub/")
    return {
        "user": environment.user,
        "ip": (where.hostname or "") if where.scheme else "127.0.0.1",
        "port": port,
        "cookie_name": environment.client_id,
        "base_urlpath": environment.service_prefix,
        "hub_host": environment.host,
        "hub_prefix": hub_prefix,
        "hub_api_url": environment.api_url,
        "proxy_api_url": environment.proxy_api_url,
        "logout_url": environment.logout_url
        or environment.host + utils.url_path_join(hub_prefix, "logout"),
        "login_service": environment.login_service,
        "config_file": environment.config_file,
    }
