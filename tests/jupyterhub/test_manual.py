"""The administrators' page on JupyterHub cannot say what is not so."""

import inspect
import pathlib
import re
import textwrap
from typing import Any

import pytest
from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator, PAMAuthenticator
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.spawner import Spawner
from traitlets.config import Config

import remoteappmanager.jupyterhub
from remoteappmanager.file_config import FileConfig
from remoteappmanager.jupyterhub import auth
from remoteappmanager.jupyterhub.base_spawner import RemoteAppSpawner
from remoteappmanager.jupyterhub.spawners import SystemUserSpawner, VirtualUserSpawner

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "doc" / "source" / "administrators" / "hub.rst").read_text()
BLOCK = re.compile(r"^\.\. code-block:: python\n((?:   :class: .*\n)?)\n((?:   .*\n|\n)+)", re.M)
BLOCKS = [(head.strip(), textwrap.dedent(body)) for head, body in BLOCK.findall(PAGE)]
CLASSES = [
    JupyterHub,
    Authenticator,
    PAMAuthenticator,
    ConfigurableHTTPProxy,
    Spawner,
    RemoteAppSpawner,
    SystemUserSpawner,
    VirtualUserSpawner,
    auth.BasicAuthenticator,
    auth.GitHubWhitelistAuthenticator,
    auth.WorldAuthenticator,
]
OURS = [c for c in CLASSES if c.__module__.startswith("remoteappmanager.")]


def test_the_page_has_its_examples() -> None:
    """The examples are found: a change of the page's form does not hide them."""
    assert len(BLOCKS) == 11


@pytest.mark.parametrize("code", [body for head, body in BLOCKS if not head])
def test_an_example_for_the_hub_works(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example is Python, and sets options that exist to values that they take."""
    real = inspect.signature(remoteappmanager.jupyterhub.gate_service)
    calls: list[Any] = []
    stub = lambda *args, **kwargs: calls.append(real.bind(*args, **kwargs))  # noqa: E731
    monkeypatch.setattr(remoteappmanager.jupyterhub, "gate_service", stub)
    c = Config()
    exec(code, {"c": c, "get_config": lambda: c, "gate_service": stub})
    assert c or calls
    by_name = {cls.__name__: cls for cls in CLASSES}
    for name, section in c.items():
        traits = by_name[name].class_traits(config=True)
        for option, value in section.items():
            assert option in traits, f"c.{name}.{option}"
            if name not in ("JupyterHub", "ConfigurableHTTPProxy"):
                by_name[name](config=Config({name: {option: value}}))


@pytest.mark.parametrize("code", [body for head, body in BLOCKS if head])
def test_an_example_for_the_processes_works(code: str) -> None:
    """It sets names that the configuration file has."""
    values: dict[str, Any] = {}
    exec(code, {}, values)
    # What is imported helps in the file, and sets nothing.
    values = {name: value for name, value in values.items() if not inspect.ismodule(value)}
    assert values
    FileConfig(**values)
    assert set(values) <= set(FileConfig.class_trait_names())


@pytest.mark.parametrize(
    "option",
    sorted(
        {
            name
            for cls in OURS
            for name, trait in cls.class_traits(config=True).items()
            if trait.this_class in OURS and trait.this_class is not None
        }
    ),
)
def test_every_option_of_ours_is_documented(option: str) -> None:
    """A new option of a spawner or authenticator stands on the page."""
    assert f"``{option}``" in PAGE


@pytest.mark.parametrize(
    "argument",
    [p for p in inspect.signature(remoteappmanager.jupyterhub.gate_service).parameters if p != "c"],
)
def test_every_argument_of_gate_service_is_documented(argument: str) -> None:
    """A new argument stands on the page."""
    assert f"* - ``{argument}``" in PAGE
