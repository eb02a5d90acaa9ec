"""The reference pages of the manual name what there is, and only that."""

from __future__ import annotations

import dataclasses
import pathlib
import re

import pytest

from remoteappmanager.admin_application import AdminApplication
from remoteappmanager.application import Application
from remoteappmanager.base_application import BaseApplication
from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.docker.spec import Limits, Security
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.file_config import POLICY_OPTIONS, FileConfig
from remoteappmanager.launcher import STEPS
from remoteappmanager.webapi.errors import STATUSES, TABLE
from remoteappmanager.webapi.openapi import resources_of

REFERENCE = pathlib.Path(__file__).resolve().parent.parent / "doc" / "source" / "reference"
CONFIGURATION = (REFERENCE / "configuration.rst").read_text(encoding="utf8")
REST = (REFERENCE / "rest_api.rst").read_text(encoding="utf8")
FILE, REST_OF_IT = CONFIGURATION.split("The environment\n-----", 1)
ENVIRONMENT, COMMAND_LINE = REST_OF_IT.split("The command line\n-----", 1)


def first_column(text: str) -> set[str]:
    """The names in the first column of the tables."""
    cells = re.findall(r"^   \* - (.*(?:\n       .*)*)", text, re.M)
    return {name for cell in cells for name in re.findall(r"``([^`]+)``", cell)}


def test_every_name_of_the_file_is_documented() -> None:
    """Each name of the configuration file, and no other."""
    assert first_column(FILE) == set(FileConfig.class_traits())


@pytest.mark.parametrize("name", sorted(FileConfig.class_traits()))
def test_the_documented_default_is_the_real_one(name: str) -> None:
    """Where the page shows a value, it is the default."""
    row = re.search(rf"^   \* - [^\n]*``{name}``[^\n]*\n     - (.*)\n", FILE, re.M)
    assert row is not None
    shown = re.fullmatch(r"``(.*)``", row.group(1))
    if shown is None:
        assert row.group(1).startswith(("from ``DOCKER_", "the package's"))
    else:
        assert eval(shown.group(1), {}) == getattr(FileConfig(), name)


def test_every_limit_and_policy_option_is_documented() -> None:
    """Keys of the dictionaries, with their defaults."""
    for field in [*dataclasses.fields(Limits), *dataclasses.fields(Security)]:
        assert f"``{field.name}``" in FILE
        if not isinstance(field.default, tuple):
            shown = f'"{field.default}"' if isinstance(field.default, str) else field.default
            assert re.search(rf"``{field.name}`` \(``{shown}``\)", FILE), field.name
    for option in POLICY_OPTIONS:
        assert f"``{option}``" in FILE


def test_every_variable_is_documented() -> None:
    """The first name of each; the deprecated aliases are nobody's business."""
    read = {trait.metadata["env"][0] for trait in EnvironmentConfig().traits(env=bool).values()}
    assert first_column(ENVIRONMENT) == read


def test_every_option_is_documented() -> None:
    """Each option of the command line, and no other."""
    options = {f"--{name.replace('_', '-')}" for name in CommandLineConfig.class_traits()}
    documented = first_column(COMMAND_LINE)
    assert documented == options | {"--show-config", "--version", "--help"}


@pytest.mark.parametrize("application", [Application, AdminApplication])
def test_every_resource_is_documented(application: type[BaseApplication]) -> None:
    """Each collection with its verbs and the keys of its items."""
    start, end = ("For users", "For administrators")
    text = REST.split(f"{start}\n---")[1].split(f"{end}\n---")[application is AdminApplication]
    for resource, is_object in resources_of(application.api_routes):
        match = re.search(rf"^``{resource.name}/``\n((?:    .*\n|\n)+)", text, re.M)
        assert match is not None, resource.name
        verbs = [v for v in ("list", "retrieve", "create", "delete") if resource.has(v)]
        if not is_object:
            assert match.group(1).lower().startswith(f"    {', '.join(verbs)}.")
        for key in resource.Item.model_fields:
            assert re.search(rf"\b{key}\b", match.group(1)), f"{resource.name}: {key}"


def test_every_error_type_and_step_is_documented() -> None:
    """The wire types and the steps of a start."""
    for _, name in TABLE.values():
        assert f"``{name}``" in REST
    for name, _ in STATUSES.values():
        assert f"``{name}``" in REST
    for step in STEPS:
        assert f"``{step}``" in REST
