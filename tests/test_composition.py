"""The parts of a process, made from its configuration."""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager import composition
from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.db.orm import ORMDatabase
from remoteappmanager.docker.container_manager import ContainerManager
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError, ServiceUnavailable
from remoteappmanager.file_config import FileConfig
from remoteappmanager.services.gate_client import GateClient


async def test_nothing_connects_when_it_is_made() -> None:
    """Docker, the database and the gate away: everything is made all the same."""
    config = FileConfig(
        docker_host="unix:///nowhere.sock",
        database_kwargs={"url": "postgresql+psycopg://nobody@127.0.0.1:1/none"},
    )
    assert isinstance(composition.make_database(config), ORMDatabase)
    manager = composition.make_container_manager(config)
    assert isinstance(manager, ContainerManager)
    with pytest.raises(ServiceUnavailable):
        await manager.images()
    await manager.close()
    environment = EnvironmentConfig(gate_url="http://127.0.0.1:1/", api_token="t")
    assert isinstance(composition.make_gate(environment), GateClient)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"database_class": "nowhere.Database"}, "database_class"),
        ({"database_class": "remoteappmanager.db.orm.Nothing"}, "database_class"),
        ({"database_class": "NoModule"}, "database_class"),
        ({"database_kwargs": {}}, "database_kwargs"),
        ({"database_kwargs": {"url": "nonsense"}}, "database_kwargs"),
    ],
)
def test_a_database_that_cannot_be_made_is_said(values: dict[str, Any], says: str) -> None:
    """One readable line."""
    with pytest.raises(ConfigurationError, match=says):
        composition.make_database(FileConfig(**values))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"container_limits": {"memroy": "1g"}}, "container_limits.*memroy"),
        ({"container_limits": {"memory": "much"}}, "container_limits.*memory"),
        ({"container_security": {"capabilities": "ALL"}}, "container_security"),
        ({"container_security": {"privileged": True}}, "container_security.*privileged"),
        ({"container_network": "host-port", "container_internet": False}, "container_internet"),
    ],
)
def test_wrong_limits_are_said(values: dict[str, Any], says: str) -> None:
    """The line names the setting and the key."""
    with pytest.raises(ConfigurationError, match=says):
        composition.make_container_manager(FileConfig(**values))


@pytest.mark.parametrize(
    ("environ", "says"),
    [({}, "JUPYTERHUB_API_TOKEN"), ({"JUPYTERHUB_API_TOKEN": "t"}, "--user")],
)
def test_a_process_that_no_hub_started_says_so(environ: dict[str, str], says: str) -> None:
    """Run by hand without its environment: one line that says what is missing."""
    environment, options = EnvironmentConfig.from_environ(environ), CommandLineConfig()
    options.parse_config([], environment)
    with pytest.raises(ConfigurationError, match=says):
        composition.make_hub(options, environment, cache_max_age=60)


async def test_without_a_gate_nothing_is_published() -> None:
    """A site without a gate is told what is missing."""
    gate = composition.make_gate(EnvironmentConfig())
    with pytest.raises(ServiceUnavailable, match="gate"):
        await gate.publish("x")
    await gate.withdraw("x")
    await gate.close()
