"""Fixtures that integration and browser tests share; ``tests/conftest.py`` loads them."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.deployment import Deployment


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One whole deployment for all tests of the run that do not break it.

    ``DOCKER_HOST`` chooses the engine, as everywhere.
    """
    running = Deployment(
        tmp_path_factory.mktemp("deployment"), engine=os.environ.get("DOCKER_HOST", "")
    )
    running.start()
    yield running
    running.stop()
