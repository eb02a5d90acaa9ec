"""remoteappmanager.watch.log: what an administrator may be asked about is in the log."""

from __future__ import annotations

import logging

import pytest

from remoteappmanager.events import Dispatcher, DockerChanged, Ended, GrantRevoked
from remoteappmanager.watch.log import log_events


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Dispatcher:
    caplog.set_level(logging.INFO)
    dispatcher = Dispatcher()
    log_events(dispatcher)
    return dispatcher


def ended(asked: bool) -> Ended:
    return Ended(
        mapping_id="m",
        url_id="u",
        name="Tiny",
        asked=asked,
        reason="The application ended with exit code 3.",
        exit_code=3,
        log="secret words",
        ref="9f86d081884c",
    )


def test_a_death_has_the_reference_that_the_user_sees(
    events: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    """And not what the application wrote, nor how its address is called."""
    events.publish(ended(asked=False))
    [record] = caplog.records
    assert record.levelname == "WARNING"
    for word in ("Tiny", "exit code 3", "9f86d081884c"):
        assert word in record.message
    assert "secret" not in caplog.text


def test_an_end_that_was_asked_for_is_not_news(
    events: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    """Who stops an application is logged where it is stopped."""
    events.publish(ended(asked=True))
    assert caplog.records == []


def test_the_rest(events: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    """Withdrawn grants, and Docker."""
    revoked = {"mapping_id": "m", "url_id": "u", "name": "Tiny"}
    events.publish(GrantRevoked(**revoked, ends_at=None))
    events.publish(GrantRevoked(**revoked, ends_at=1.0))
    events.publish(DockerChanged(away=True))
    events.publish(DockerChanged(away=False))
    levels = [record.levelname for record in caplog.records]
    assert levels == ["INFO", "INFO", "WARNING", "INFO"]
    assert "will be ended" in caplog.records[1].message
