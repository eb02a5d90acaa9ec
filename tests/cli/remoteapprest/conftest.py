"""What the client's tests share."""

from collections.abc import Iterator

import pytest

from remoteappmanager.cli.remoteapprest import waiting
from tests.fakes.site import FakeSite


@pytest.fixture
def site() -> Iterator[FakeSite]:
    """A site with a path prefix, its user's server running."""
    with FakeSite("/lab") as site:
        yield site


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are short: the fake site needs none."""
    monkeypatch.setattr(waiting, "FIRST", 0.001)
    monkeypatch.setattr(waiting, "LONGEST", 0.01)
