"""The configuration file: Python assignments, the same for all users (spec: config)."""

from __future__ import annotations

import difflib
import pathlib
import types
from typing import Any

from traitlets import Bool, Dict, Enum, Float, HasTraits, Int, TraitError, Unicode, validate

from remoteappmanager import paths
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError

#: What a policy of ``demo_applications`` may say, and of which type (``ABCDatabase.grant_access``).
POLICY_OPTIONS: dict[str, tuple[type, ...]] = {
    "app_license": (str, type(None)),
    "allow_home": (bool,),
    "allow_view": (bool,),
    "volume": (str, type(None)),
    "allow_startup_data": (bool,),
}


class _StrictBool(Bool):
    """True or False; a number is not a flag."""

    def validate(self, obj: Any, value: Any) -> Any:
        """traitlets' own takes 1 and 0 for True and False."""
        if not isinstance(value, bool):
            self.error(obj, value)
        return value


class FileConfig(HasTraits):
    """The values of the configuration file. Unknown names and wrong types are refused."""

    docker_host = Unicode(help="Address of Docker; empty: the docker CLI's default")
    tls = _StrictBool(False, help="Speak TLS with Docker")
    tls_verify = _StrictBool(False, help="Speak TLS with Docker and check its certificate")
    tls_ca = Unicode(help="Path of the certificate authority")
    tls_cert = Unicode(help="Path of our certificate")
    tls_key = Unicode(help="Path of our certificate's key")
    docker_realm = Unicode("remoteexec", help="Label separating deployments on one Docker")
    database_class = Unicode(
        "remoteappmanager.db.orm.ORMDatabase", help="Import path of the accounting database"
    )
    database_kwargs = Dict(
        default_value={"url": "sqlite:///remoteappmanager.db"}, help="Its arguments"
    )
    login_url = Unicode("/hub", help="Where an anonymous page visitor goes")
    network_timeout = Float(30.0, min=1.0, help="Seconds for one start and other network acts")
    template_path = Unicode(paths.template_dir, help="Directory of the page templates")
    static_path = Unicode(paths.static_dir, help="Directory of the static files")
    ga_tracking_id = Unicode(help="Google Analytics; nothing is loaded when empty")
    auto_user_creation = _StrictBool(False, help="Add unknown users at login")
    demo_applications = Dict(help="{image: {policy option: value}} granted to everyone who logs in")
    container_access = Enum(["gated", "direct"], "gated", help="Whether requests are checked")
    gate_workers = Int(1, min=1, max=64, help="Processes of the gate that forward")
    container_network = Enum(
        ["isolated", "host-port"], "isolated", help="How containers are reached"
    )
    container_internet = _StrictBool(True, help="False: containers get no route out")
    container_limits = Dict(help="Memory, CPU, processes, log size")
    container_security = Dict(help="Capabilities and privileges")
    end_revoked_after = Float(
        None,
        min=0.0,
        allow_none=True,
        help="Seconds of notice after which a running application whose grant was taken away "
        "is ended; None: it runs on until it is stopped",
    )
    container_stop_grace = Float(
        5.0, min=0.0, help="Seconds between asking a container to stop and killing it"
    )

    def parse_config(self, path: str = "", environment: EnvironmentConfig | None = None) -> dict:
        """Read the file at ``path`` (empty: none), over Docker's variables of the environment.

        Imported modules, functions, classes and names that begin with ``_``
        are helpers of the file and ignored. Gives name -> where its value
        comes from, in words. Raises ``ConfigurationError``: one readable line.
        """
        sources = dict.fromkeys(self.trait_names(), "default")
        environment = environment or EnvironmentConfig.from_environ()
        for name, (value, variable) in _docker_from_environment(environment).items():
            setattr(self, name, value)
            sources[name] = f"environment {variable}"
        for name, value in (_execute(path) if path else {}).items():
            self._assign(name, value, path)
            sources[name] = f"file {path}"
        return sources

    def docker_config(self) -> dict[str, Any]:
        """docker-py's arguments: ``base_url`` and ``tls``, each only where configured."""
        arguments: dict[str, Any] = {}
        if self.docker_host:
            arguments["base_url"] = self.docker_host
        if self.tls or self.tls_verify:
            # docker-py is slow to import, and most sites speak to a local socket.
            from docker.errors import TLSParameterError
            from docker.tls import TLSConfig

            certificate = (self.tls_cert, self.tls_key) if self.tls_cert else None
            try:
                arguments["tls"] = TLSConfig(
                    client_cert=certificate, ca_cert=self.tls_ca or None, verify=self.tls_verify
                )
            except TLSParameterError as exc:
                raise ConfigurationError(
                    "tls_ca, tls_cert and tls_key must name existing files, "
                    "tls_cert and tls_key both or neither."
                ) from exc
        return arguments

    def _assign(self, name: str, value: Any, path: str) -> None:
        if not self.has_trait(name):
            near = difflib.get_close_matches(name, self.trait_names(), 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ConfigurationError(f"{path}: unknown name {name!r}.{hint}")
        if isinstance(value, bool) and not isinstance(self.traits()[name], Bool):
            raise ConfigurationError(f"{path}: {name} must not be {value!r}.")
        try:
            setattr(self, name, value)
        except TraitError as exc:
            wanted = self.traits()[name].info()
            # The value itself stays out of it: it may be a password.
            raise ConfigurationError(
                f"{path}: {name} must be {_detail(exc, wanted)}, not {type(value).__name__}."
            ) from exc

    @validate("demo_applications")
    def _check_demo_applications(self, proposal: Any) -> dict:
        for image, policy in proposal["value"].items():
            if not isinstance(image, str) or not image.strip():
                raise TraitError("a dict whose keys are image names")
            if not isinstance(policy, dict):
                raise TraitError(f"a dict with a dict for {image!r}")
            for option, value in policy.items():
                if option not in POLICY_OPTIONS:
                    known = ", ".join(POLICY_OPTIONS)
                    raise TraitError(f"a dict whose policies know only {known} ({option!r} found)")
                if not isinstance(value, POLICY_OPTIONS[option]):
                    raise TraitError(f"a dict with a valid {option!r} for {image!r}")
        return proposal["value"]

    @validate("database_kwargs", "container_limits", "container_security")
    def _check_keys(self, proposal: Any) -> dict:
        if not all(isinstance(key, str) for key in proposal["value"]):
            raise TraitError("a dict whose keys are names")
        return proposal["value"]


def _detail(error: TraitError, wanted: str) -> str:
    """What is expected: our own validators say it shortly, traitlets says it at length."""
    text = str(error)
    if text.startswith("a dict"):
        return text
    if "should be" in text or "less than" in text or "greater than" in text:
        return f"in the allowed range ({text.split(' should be ')[-1].rstrip('.')})"
    return wanted


def _execute(path: str) -> dict[str, Any]:
    """The assignments of the Python file at ``path``. It is trusted: the administrator's own."""
    try:
        source = pathlib.Path(path).read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as exc:
        reason = getattr(exc, "strerror", None) or "it is not UTF-8 text"
        raise ConfigurationError(
            f"The configuration file {path} cannot be read: {reason}."
        ) from exc
    namespace: dict[str, Any] = {"__file__": path, "__name__": "remoteappmanager_config"}
    try:
        exec(compile(source, path, "exec"), namespace)  # noqa: S102 - configuration is code
    except SyntaxError as exc:
        raise ConfigurationError(f"{path}, line {exc.lineno}: {exc.msg}.") from exc
    except Exception as exc:
        line = _line_of(exc, path)
        text = " ".join(str(exc).split())
        raise ConfigurationError(f"{path}, line {line}: {type(exc).__name__}: {text}") from exc
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and not _is_helper(name, value)
    }


def _is_helper(name: str, value: Any) -> bool:
    """Whether an unknown name is an import or a function, so not a setting at all."""
    if FileConfig.class_traits().get(name):
        return False
    return isinstance(value, types.ModuleType) or callable(value)


def _line_of(error: Exception, path: str) -> int | str:
    """The last line of the file at ``path`` that the error passed through."""
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or "?"


def _docker_from_environment(environment: EnvironmentConfig) -> dict[str, tuple[Any, str]]:
    """Docker's address as the docker CLI reads it: trait name -> value, variable.

    Any text in DOCKER_TLS_VERIFY switches TLS on, "0" too: that is how the CLI reads it.
    """
    found: dict[str, tuple[Any, str]] = {}
    if environment.docker_host:
        found["docker_host"] = (environment.docker_host, "DOCKER_HOST")
    if environment.docker_tls_verify:
        directory = pathlib.Path(
            environment.docker_cert_path or pathlib.Path(environment.home or "~") / ".docker"
        )
        found["tls"] = (True, "DOCKER_TLS_VERIFY")
        found["tls_verify"] = (True, "DOCKER_TLS_VERIFY")
        for name in ("ca", "cert", "key"):
            found[f"tls_{name}"] = (str(directory / f"{name}.pem"), "DOCKER_CERT_PATH")
    return found
