"""The queries that more than one module needs, and the values their rows become."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select

from remoteappmanager.db.exceptions import NotFound
from remoteappmanager.db.orm_models import Accounting, Application, ApplicationPolicy, User
from remoteappmanager.db.values import (
    PlainAccounting,
    PlainApplication,
    PlainPolicy,
    PlainUser,
    findable,
)

#: The columns that make a policy, in the order of :class:`PlainPolicy`'s fields.
POLICY_COLUMNS = (
    ApplicationPolicy.app_license,
    ApplicationPolicy.allow_home,
    ApplicationPolicy.allow_view,
    ApplicationPolicy.allow_common,
    ApplicationPolicy.volume_source,
    ApplicationPolicy.volume_target,
    ApplicationPolicy.volume_mode,
    ApplicationPolicy.allow_startup_data,
)

#: All grants with their users, applications and policies: one query.
GRANTS: Select[*tuple[Any, ...]] = (
    select(
        Accounting.id,
        Accounting.user_id,
        User.name,
        Accounting.application_id,
        Application.image,
        *POLICY_COLUMNS,
    )
    .join(User, Accounting.user_id == User.id)
    .join(Application, Accounting.application_id == Application.id)
    .join(ApplicationPolicy, Accounting.application_policy_id == ApplicationPolicy.id)
)


def policy_from_values(
    app_license: str | None,
    allow_home: Any,
    allow_view: Any,
    allow_common: Any,
    volume_source: str | None,
    volume_target: str | None,
    volume_mode: str | None,
    allow_startup_data: Any,
) -> PlainPolicy:
    """A policy from what a row holds.

    Rows of the original may have empty texts where nothing is meant, and
    nothing where no is meant. A volume that is not allowed, or not whole, is
    none.
    """
    if not (allow_common and volume_source and volume_target and volume_mode):
        volume_source = volume_target = volume_mode = None
    return PlainPolicy(
        app_license or None,
        bool(allow_home),
        bool(allow_view),
        volume_source is not None,
        volume_source,
        volume_target,
        volume_mode,
        bool(allow_startup_data),
    )


def policy_from_row(row: Row[*tuple[Any, ...]]) -> PlainPolicy:
    """The policy in a row of ``GRANTS``."""
    return policy_from_values(*row[5:])


def accounting_from_row(row: Row[*tuple[Any, ...]]) -> PlainAccounting:
    """The grant in a row of ``GRANTS``."""
    return PlainAccounting(
        row[0],
        PlainUser(row[1], row[2]),
        PlainApplication(row[3], row[4]),
        policy_from_values(*row[5:]),
    )


def policy_values(policy: PlainPolicy) -> dict[str, Any]:
    """The columns of a policy's row."""
    return {column.key: getattr(policy, column.key) for column in POLICY_COLUMNS}


def insert_policy(connection: Connection, policy: PlainPolicy) -> int:
    """The id of the row with this policy, made if there is none."""
    values = policy_values(policy)
    same = [column.is_not_distinct_from(values[column.key]) for column in POLICY_COLUMNS]
    found = connection.scalar(select(ApplicationPolicy.id).where(*same).limit(1))
    if found is not None:
        return found
    statement = insert(ApplicationPolicy).values(values).returning(ApplicationPolicy.id)
    return connection.execute(statement).scalar_one()


def remove_unused_policies(connection: Connection) -> None:
    """Remove the policies that no grant uses any more."""
    used = select(Accounting.application_policy_id)
    connection.execute(delete(ApplicationPolicy).where(ApplicationPolicy.id.not_in(used)))


def find_pair(connection: Connection, app_name: str, user_name: str) -> tuple[int, int]:
    """The ids of a user and an application. Raises ``NotFound`` naming what is not there."""
    app_id = connection.scalar(
        select(Application.id).where(Application.image == findable(app_name))
    )
    if app_id is None:
        raise NotFound(f"There is no application {app_name!r}.")
    user_id = connection.scalar(select(User.id).where(User.name == findable(user_name)))
    if user_id is None:
        raise NotFound(f"There is no user {user_name!r}.")
    return user_id, app_id


def find_grant(
    connection: Connection, user_id: int, app_id: int, policy: PlainPolicy
) -> str | None:
    """The mapping id of that grant, or None."""
    rows = connection.execute(GRANTS.where(User.id == user_id, Application.id == app_id))
    for row in rows:
        if policy_from_row(row) == policy:
            return str(row[0])
    return None
