"""Writes to the log what an administrator may be asked about."""

from __future__ import annotations

import logging

from remoteappmanager.events import (
    Dispatcher,
    DockerChanged,
    Ended,
    GrantRevoked,
)

_log = logging.getLogger(__name__)


def log_events(events: Dispatcher) -> None:
    """Subscribe the log. What a container wrote stays out of it: it may be confidential."""
    events.subscribe(Ended, _on_death, asked=False)
    events.subscribe(GrantRevoked, _on_revoked)
    events.subscribe(DockerChanged, _on_docker)


def _on_death(event: Ended) -> None:
    _log.warning(
        "%s (mapping %s) ended unasked: %s Exit code %s, reference %s",
        event.name,
        event.mapping_id,
        event.reason,
        event.exit_code,
        event.ref,
    )


def _on_revoked(event: GrantRevoked) -> None:
    _log.info(
        "%s (mapping %s) runs, and is not granted any more%s",
        event.name,
        event.mapping_id,
        "" if event.ends_at is None else ": it will be ended",
    )


def _on_docker(event: DockerChanged) -> None:
    if event.away:
        _log.warning("Docker's events cannot be heard")
    else:
        _log.info("Docker's events are heard again")
