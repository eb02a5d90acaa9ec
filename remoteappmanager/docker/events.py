"""A realm's container events."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ContainerEvent:
    """A container of the realm started or died.

    ``action`` is ``start`` or ``die``, ``time`` the daemon's clock in seconds since the epoch.
    """

    action: str
    docker_id: str
    url_id: str
    user: str
    mapping_id: str
    time: float
