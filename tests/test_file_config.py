"""The configuration file: assignments, checked at start."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError
from remoteappmanager.file_config import FileConfig


def read(tmp_path: pathlib.Path, text: str, environ: dict[str, str] | None = None) -> FileConfig:
    path = tmp_path / "config.py"
    path.write_text(text, encoding="utf8")
    config = FileConfig()
    config.parse_config(str(path), EnvironmentConfig.from_environ(environ or {}))
    return config


def test_defaults_are_those_of_the_manual() -> None:
    """Without a file every name has its safe default."""
    config = FileConfig()
    config.parse_config("", EnvironmentConfig())
    assert config.docker_realm == "remoteexec"
    assert config.database_class == "remoteappmanager.db.orm.ORMDatabase"
    assert config.database_kwargs == {"url": "sqlite:///remoteappmanager.db"}
    assert config.login_url == "/hub"
    assert config.network_timeout == 30
    assert (config.auto_user_creation, config.demo_applications) == (False, {})
    assert (config.container_access, config.container_network) == ("gated", "isolated")
    assert (config.container_internet, config.gate_workers) == (True, 1)
    assert pathlib.Path(config.template_path, "base.html").exists()
    assert pathlib.Path(config.static_path, "css").exists()
    assert config.docker_config() == {}


def test_helpers_of_the_file_are_ignored(tmp_path: pathlib.Path) -> None:
    """Imported modules, functions, classes and names beginning with ``_`` are no settings."""
    config = read(
        tmp_path,
        """
import os
import os.path as p
from pathlib import Path
from os.path import join
_private = object()
def helper():
    return "mine"
class Helper: pass
docker_realm = helper()
database_kwargs = {"url": "sqlite:///" + join(str(Path("/x")), "y.db")}
static_path = os.path.dirname(__file__)
""",
    )
    assert config.docker_realm == "mine"
    assert config.database_kwargs == {"url": "sqlite:////x/y.db"}
    assert config.static_path == str(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense_name = 1", "unknown name 'nonsense_name'"),
        ("docker_relm = 'x'", "Did you mean 'docker_realm'"),
        ("docker_realm = 1", "docker_realm"),
        ("docker_realm = None", "docker_realm"),
        ("network_timeout = '30'", "network_timeout"),
        ("network_timeout = True", "network_timeout"),
        ("network_timeout = 0", "network_timeout"),
        ("auto_user_creation = 1", "auto_user_creation"),
        ("auto_user_creation = 'no'", "auto_user_creation"),
        ("gate_workers = 0", "gate_workers"),
        ("gate_workers = 1.5", "gate_workers"),
        ("container_access = 'open'", "container_access"),
        ("container_network = 'host'", "container_network"),
        ("database_kwargs = 'sqlite:///x'", "database_kwargs"),
        ("database_kwargs = {1: 2}", "database_kwargs"),
        ("demo_applications = []", "demo_applications"),
        ("demo_applications = {'x': True}", "demo_applications"),
        ("demo_applications = {'x': {'allow_hom': True}}", "allow_hom"),
        ("demo_applications = {'x': {'allow_home': 1}}", "allow_home"),
        ("demo_applications = {'': {}}", "demo_applications"),
        ("docker_realm = (", "line 1"),
        ("x = 1\n1/0", "line 2: ZeroDivisionError"),
        ("import nothing_like_this", "line 1: ModuleNotFoundError"),
        ("docker_host = len", "docker_host"),
    ],
)
def test_what_is_wrong_is_refused_in_one_readable_line(
    tmp_path: pathlib.Path, text: str, says: str
) -> None:
    """Unknown names and wrong types end the start; the line names the file and the place."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert says in message
    assert "config.py" in message
    assert "\n" not in message


def test_a_wrong_value_is_not_repeated(tmp_path: pathlib.Path) -> None:
    """It may be a password."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, "database_kwargs = 'postgresql://u:s3cret@h/d'")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["missing.py", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: pathlib.Path, name: str) -> None:
    """One line, with the path."""
    with pytest.raises(ConfigurationError) as caught:
        FileConfig().parse_config(str(tmp_path / name), EnvironmentConfig())
    assert str(tmp_path / name) in str(caught.value)


DOCKER = [
    ({}, "", {}),
    ({"DOCKER_HOST": "unix:///run/x.sock"}, "", {"base_url": "unix:///run/x.sock"}),
    ({"DOCKER_HOST": "unix:///a"}, "docker_host = 'tcp://b:1'", {"base_url": "tcp://b:1"}),
    ({"DOCKER_CERT_PATH": "/certs"}, "", {}),
]


@pytest.mark.parametrize(("environ", "text", "expected"), DOCKER)
def test_dockers_address(
    tmp_path: pathlib.Path, environ: dict[str, str], text: str, expected: dict[str, Any]
) -> None:
    """From the variables of the docker CLI; the file wins."""
    assert read(tmp_path, text, environ).docker_config() == expected


def test_tls_as_the_docker_cli_reads_it(tmp_path: pathlib.Path) -> None:
    """Any text in DOCKER_TLS_VERIFY switches it on; the files lie in DOCKER_CERT_PATH."""
    for name in ("ca", "cert", "key"):
        (tmp_path / f"{name}.pem").write_text("x")
    environ = {
        "DOCKER_HOST": "tcp://docker:2376",
        "DOCKER_TLS_VERIFY": "0",
        "DOCKER_CERT_PATH": str(tmp_path),
    }
    arguments = read(tmp_path, "", environ).docker_config()
    assert arguments["base_url"] == "tcp://docker:2376"
    assert arguments["tls"].verify is True
    assert arguments["tls"].ca_cert == str(tmp_path / "ca.pem")
    assert arguments["tls"].cert == (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))


def test_tls_without_its_files_is_a_readable_refusal(tmp_path: pathlib.Path) -> None:
    """Certificates that are not there are told at start."""
    config = read(tmp_path, "tls = True\ntls_cert = '/none'\ntls_key = '/none'")
    with pytest.raises(ConfigurationError, match="tls_cert"):
        config.docker_config()


def test_sources(tmp_path: pathlib.Path) -> None:
    """Each value says where it is from."""
    path = tmp_path / "c.py"
    path.write_text("docker_realm = 'x'")
    environment = EnvironmentConfig.from_environ({"DOCKER_HOST": "unix:///x"})
    sources = FileConfig().parse_config(str(path), environment)
    assert sources["docker_realm"] == f"file {path}"
    assert sources["docker_host"] == "environment DOCKER_HOST"
    assert sources["network_timeout"] == "default"
