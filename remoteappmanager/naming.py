"""Names that two processes must agree on.

The Hub, the per-user processes and the gate are separate programs. What one
sets and another reads is named here, and nowhere else: environment variables,
scopes, paths, container names. A leaf: it imports nothing of ours.
"""

import re
import secrets
import uuid

import escapism

# --- the two kinds of per-user process -----------------------------------

USER_SESSION = "user"
ADMIN_SESSION = "admin"

#: Session kind -> the console script that the spawner runs.
COMMANDS = {USER_SESSION: "remoteappmanager", ADMIN_SESSION: "remoteappadmin"}

# --- environment variables, set by the spawners and by gate_service -------

CONFIG_FILE_ENV = "REMOTEAPP_CONFIG_FILE"
LOGIN_SERVICE_ENV = "REMOTEAPP_LOGIN_SERVICE"
LOGOUT_URL_ENV = "REMOTEAPP_LOGOUT_URL"
#: Where per-user processes reach the gate: ``http://HOST:PORT/services/NAME/``.
GATE_URL_ENV = "REMOTEAPP_GATE_URL"
#: For the gate alone. The names are configurable-http-proxy's own.
PROXY_API_URL_ENV = "CONFIGPROXY_API_URL"
PROXY_API_TOKEN_ENV = "CONFIGPROXY_AUTH_TOKEN"  # noqa: S105 - a name
#: For the gate alone: the secret by which the Hub's hints are recognised.
HINT_TOKEN_ENV = "REMOTEAPP_HINT_TOKEN"  # noqa: S105 - a name

#: How the docker CLI is told where Docker is; spawners hand these on.
DOCKER_ENV = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")

# --- the gate ---------------------------------------------------------------

GATE_SERVICE_NAME = "remoteappgate"
#: The scope that lets a user through the gate's sign-in.
GATE_ACCESS_SCOPE = f"access:services!service={GATE_SERVICE_NAME}"

# --- addresses ----------------------------------------------------------------

#: The port every application serves HTTP on, inside its container.
CONTAINER_PORT = 8888


def new_url_id() -> str:
    """A fresh id for a container's address: 32 hexadecimal digits, 122 random bits."""
    return uuid.uuid4().hex


def container_urlpath(base_urlpath: str, url_id: str) -> str:
    """The path of a container, without final slash.

    >>> container_urlpath("/user/alice/", "0" * 4)
    '/user/alice/containers/0000'
    """
    return f"{base_urlpath.rstrip('/')}/containers/{url_id}"


# --- names for Docker and the file system ---------------------------------

_NAME_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
_LOGIN = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def escape(text: str) -> str:
    """Escape ``text`` to letters, digits, ``-``, ``.`` and the escape character ``_``."""
    return escapism.escape(text, safe=_NAME_SAFE, escape_char="_")


def container_name(realm: str, user_name: str, mapping_id: str) -> str:
    """A container's name, for people to read and never parsed.

    ``REALM-USER-MAPPINGID-TOKEN``, each part escaped, the token random.
    Docker wants a letter or digit first; a realm that starts otherwise is
    therefore given an ``r``.
    """
    parts = [escape(part) for part in (realm, user_name, mapping_id)]
    name = "-".join([*parts, secrets.token_hex(4)])
    return name if name[0].isalnum() else f"r{name}"


def unix_user_name(login_name: str) -> str:
    """The ``USER`` inside a container: a unix-like name derived from the login.

    The part before ``@``, lower-cased, where that is a plausible unix name; else ``user``.
    """
    candidate = login_name.split("@", 1)[0].lower()
    return candidate if _LOGIN.fullmatch(candidate) else "user"


def workspace_name(user_name: str) -> str:
    """The directory of a virtual user under ``workspace_dir``; never ``.``, ``..`` or a path."""
    escaped = escape(user_name)
    return escaped.replace(".", "_2e") if set(escaped) <= {"."} else escaped
