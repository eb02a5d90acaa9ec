"""What the tests of the command line share."""

import pathlib
from collections.abc import Iterator

import pytest

from tests.integration.command_line import TINY, Person
from tests.integration.deployment import Deployment


@pytest.fixture
def alice(deployment: Deployment, tmp_path: pathlib.Path) -> Iterator[Person]:
    """A user of the shared deployment (WorldAuthenticator), new to the Hub, with one grant."""
    person = Person(deployment.url, f"rest-{tmp_path.name[-12:]}".lower(), tmp_path / "home")
    person.mapping = deployment.grant(TINY, person.name)
    yield person
    person.stop_all()
