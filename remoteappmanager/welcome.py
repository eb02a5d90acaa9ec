"""What the accounting is given when somebody logs in (spec: accounting, Behaviour)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from remoteappmanager.db.interfaces import ABCDatabase
from remoteappmanager.exceptions import Exists, InvalidRequest, NotFound, UnsupportedOperation

log = logging.getLogger(__name__)


def welcome(
    database: ABCDatabase,
    user_name: str,
    *,
    create_user: bool,
    demo_applications: Mapping[str, Mapping[str, Any]],
) -> None:
    """Add the user where wanted and missing, and grant them the demo applications.

    A user whom the database does not know and who is not to be created gets
    nothing. A read-only database is left as it is, with a line in the log.
    Raises ``ServiceUnavailable``.
    """
    try:
        if create_user:
            _create_user(database, user_name)
        for image, policy in demo_applications.items():
            _grant(database, user_name, image, policy)
    except UnsupportedOperation as exc:
        log.warning("auto_user_creation and demo_applications have no effect: %s", exc)


def _create_user(database: ABCDatabase, user_name: str) -> None:
    if database.get_user(user_name=user_name) is not None:
        return
    try:
        database.create_user(user_name)
        log.info("Created the user %r in the accounting", user_name)
    except Exists:
        log.debug("The user %r was created meanwhile", user_name)


def _grant(database: ABCDatabase, user_name: str, image: str, policy: Mapping[str, Any]) -> None:
    options = {
        "app_license": policy.get("app_license"),
        "allow_home": policy.get("allow_home", False),
        "allow_view": policy.get("allow_view", False),
        "volume": policy.get("volume"),
        "allow_startup_data": policy.get("allow_startup_data", False),
    }
    try:
        try:
            database.grant_access(image, user_name, **options)
        except NotFound:
            if database.get_user(user_name=user_name) is None:
                log.info("The accounting does not know %r: no demo applications", user_name)
                return
            _create_application(database, image)
            database.grant_access(image, user_name, **options)
    except (ValueError, InvalidRequest) as exc:
        log.error("demo_applications: %r cannot be granted: %s", image, exc)


def _create_application(database: ABCDatabase, image: str) -> None:
    try:
        database.create_application(image)
    except Exists:
        log.debug("The application %r was created meanwhile", image)
