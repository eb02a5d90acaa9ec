"""One line of a site's configuration that adds the gate to its JupyterHub."""

import os
import pathlib
import random
import shlex
import socket
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlparse

from traitlets.log import get_logger

from remoteappmanager import naming
from remoteappmanager.jupyterhub import log_filter, secret_file

#: The file in ``state_dir`` with the gate's secrets and its port.
STATE_FILE = "remoteappgate.env"
_PORT = "REMOTEAPP_GATE_PORT"
_API_TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105 - a name
#: Options of JupyterHub with which no application could be reached, and why.
_UNSUPPORTED = {
    "internal_ssl": "the gate and the containers speak plain HTTP, on this host only",
    "subdomain_host": "containers' addresses lie on the site's one host",
}


class UnsupportedOption(ValueError):
    """The Hub is configured in a way that the gate cannot work with."""


def gate_service(
    c: Any,
    *,
    config_file_path: str = "",
    state_dir: str | os.PathLike[str] = ".",
    port: int | None = None,
    managed: bool = True,
    command: Sequence[str] | None = None,
) -> str:
    """Add the gate to the Hub that ``c`` configures; its URL for per-user processes.

    To be called after everything that sets addresses (``bind_url``,
    ``base_url``, ``ConfigurableHTTPProxy.api_url``), best as the last line.

    Parameters
    ----------
    c:
        The configuration object of ``jupyterhub_config.py``.
    config_file_path:
        The configuration file of the gate and of the per-user processes.
        Empty: what ``c`` says of the spawners' ``config_file_path``.
    state_dir:
        Where ``remoteappgate.env`` is kept, mode 0600: the proxy's token, the
        gate's port and its other secrets. By default the Hub's working directory.
    port:
        The gate's port on 127.0.0.1. None: a free one, chosen once and kept,
        because running per-user processes remember it.
    managed:
        False when the gate is run by something else, such as systemd, so that
        applications do not notice a restart of the Hub; the log says how.
    command:
        The gate's command, by default ``remoteappgate`` of this installation.

    Raises ``secret_file.UnsafeSecretFile`` when others can read that file, and
    ``UnsupportedOption`` where the Hub is set up as the gate does not support it.
    """
    _refuse_unsupported(c)
    config_file = _config_file(c, config_file_path)
    path = pathlib.Path(state_dir).absolute() / STATE_FILE
    values = _pinned_values(c, path, port, managed)
    c.ConfigurableHTTPProxy.auth_token = values[naming.PROXY_API_TOKEN_ENV]
    url = f"http://127.0.0.1:{values[_PORT]}{_prefix(c)}"
    gate_command = list(command) if command else [_program()]
    environment = {
        naming.PROXY_API_URL_ENV: _configured(
            c.ConfigurableHTTPProxy, "api_url", "http://127.0.0.1:8001"
        ),
        naming.CONFIG_FILE_ENV: config_file,
        **{name: os.environ[name] for name in naming.DOCKER_ENV if os.environ.get(name)},
    }
    service: dict[str, Any] = {
        "name": naming.GATE_SERVICE_NAME,
        "url": f"http://127.0.0.1:{values[_PORT]}",
        "display": False,
        # It is part of the site, not a third party that asks for consent.
        "oauth_no_confirm": True,
    }
    if managed:
        keeper = [sys.executable, "-m", "remoteappmanager.jupyterhub.run_gate", str(path)]
        service |= {"command": keeper + gate_command, "environment": environment}
    else:
        # The Hub waits so many seconds for it at its own start, and goes on without.
        service |= {"api_token": values[_API_TOKEN], "timeout": 3}
        secret_file.pinned(path, {}, {**environment, **_what_the_hub_would_hand(c, values)})
        _say_how_to_run(path, gate_command)
    _replace_service(c, service)
    _let_everybody_ask(c)
    c.RemoteAppSpawner.gate_url = url
    if config_file:
        c.RemoteAppSpawner.config_file_path = config_file
    _send_hints(url, values[naming.HINT_TOKEN_ENV])
    log_filter.install()
    _say_if_root()
    return url


def _pinned_values(c: Any, path: pathlib.Path, port: int | None, managed: bool) -> dict[str, str]:
    makers = {
        naming.PROXY_API_TOKEN_ENV: secret_file.new_secret,
        naming.HINT_TOKEN_ENV: secret_file.new_secret,
        _PORT: _free_port,
    }
    if not managed:
        # The Hub makes a managed service's token anew at each start.
        makers[_API_TOKEN] = secret_file.new_secret
    given = {}
    token = _configured(
        c.ConfigurableHTTPProxy, "auth_token", os.environ.get(naming.PROXY_API_TOKEN_ENV, "")
    )
    if token:  # the site pins it by itself
        given[naming.PROXY_API_TOKEN_ENV] = token
    if port is not None:
        given[_PORT] = str(port)
    return secret_file.pinned(path, makers, given)


def _refuse_unsupported(c: Any) -> None:
    for name, why in _UNSUPPORTED.items():
        if c.JupyterHub.get(name):
            raise UnsupportedOption(
                f"c.JupyterHub.{name} does not go together with remoteappmanager: {why}."
            )


def _configured(section: Any, name: str, default: str) -> str:
    # Not section.name: traitlets would make an empty section of it.
    return str(section[name]) if name in section else default


def _config_file(c: Any, given: str) -> str:
    if given:
        return os.path.abspath(given)
    for name in ("VirtualUserSpawner", "SystemUserSpawner", "RemoteAppSpawner", "Spawner"):
        if name in c and "config_file_path" in c[name]:
            return os.path.abspath(str(c[name]["config_file_path"]))
    return ""


def _base_url(c: Any) -> str:
    """The Hub's base URL, with both slashes."""
    path = urlparse(_configured(c.JupyterHub, "bind_url", "")).path
    path = _configured(c.JupyterHub, "base_url", path)
    return f"/{path.strip('/')}/" if path.strip("/") else "/"


def _prefix(c: Any) -> str:
    return f"{_base_url(c)}services/{naming.GATE_SERVICE_NAME}/"


def _program() -> str:
    beside = pathlib.Path(sys.executable).parent / "remoteappgate"
    return str(beside) if beside.exists() else "remoteappgate"


def _free_port() -> str:
    """A free port below those that outgoing connections are given."""
    for port in random.sample(range(20000, 30000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return str(port)
    raise OSError("No free port for the gate between 20000 and 30000")


def _replace_service(c: Any, service: dict[str, Any]) -> None:
    others = [] if "services" not in c.JupyterHub else list(c.JupyterHub.services)
    c.JupyterHub.services = [s for s in others if s.get("name") != service["name"]] + [service]


def _let_everybody_ask(c: Any) -> None:
    """Every user may pass the gate's sign-in; at which containers, the gate decides.

    The gate itself gets no role: it identifies people by their own tokens, and
    a service without a role may do nothing at the Hub.
    """
    scopes = (
        set() if "extra_user_scopes" not in c.JupyterHub else set(c.JupyterHub.extra_user_scopes)
    )
    c.JupyterHub.extra_user_scopes = scopes | {naming.GATE_ACCESS_SCOPE}


def _send_hints(url: str, token: str) -> None:
    # Here and not above: it loads the Hub's models, which only the Hub needs.
    from remoteappmanager.jupyterhub import hints

    hints.install(hints.HintSender(f"{url}api/hint", token).send)


def _what_the_hub_would_hand(c: Any, values: dict[str, str]) -> dict[str, str]:
    """The environment that a managed service gets from the Hub."""
    prefix, base = _prefix(c), _base_url(c)
    hub = _configured(c.JupyterHub, "hub_bind_url", "").rstrip("/")
    if not hub:
        hub = f"http://127.0.0.1:{_configured(c.JupyterHub, 'hub_port', '8081')}"
    return {
        "JUPYTERHUB_SERVICE_NAME": naming.GATE_SERVICE_NAME,
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{values[_PORT]}",
        "JUPYTERHUB_SERVICE_PREFIX": prefix,
        "JUPYTERHUB_API_URL": f"{hub}{base}hub/api",
        "JUPYTERHUB_BASE_URL": base,
        "JUPYTERHUB_CLIENT_ID": f"service-{naming.GATE_SERVICE_NAME}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{prefix}oauth_callback",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": f'["{naming.GATE_ACCESS_SCOPE}"]',
    }


def _say_how_to_run(path: pathlib.Path, command: list[str]) -> None:
    get_logger().info(
        "The gate is run by something else than JupyterHub. A systemd unit for it:\n"
        "[Unit]\nDescription=The gate before remoteappmanager's containers\n"
        "After=network.target docker.service\n"
        "[Service]\nEnvironmentFile=%s\nExecStart=%s\nRestart=always\nRestartSec=1\n"
        "[Install]\nWantedBy=multi-user.target",
        path,
        shlex.join(command),
    )


def _say_if_root() -> None:
    if os.geteuid() == 0:
        get_logger().warning(
            "JupyterHub and the gate run as root. Only system users (SystemUserSpawner) need "
            "that; for virtual users, an ordinary user who may use Docker is enough."
        )
