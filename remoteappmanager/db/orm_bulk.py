"""Carrying out many changes in few statements."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from remoteappmanager.db.bulk import Declaration, Grant, Plan, plan
from remoteappmanager.db.orm_models import Accounting, Application, ApplicationPolicy, User
from remoteappmanager.db.orm_queries import (
    GRANTS,
    POLICY_COLUMNS,
    accounting_from_row,
    policy_from_values,
    policy_values,
    remove_unused_policies,
)
from remoteappmanager.db.values import PlainPolicy

#: How many ids go into one statement; SQLite's limit is far above.
_BATCH = 500


def make_plan(connection: Connection, wanted: Declaration, *, prune: bool) -> Plan:
    """Compare the database with what is wanted: three queries, whatever the size."""
    return plan(
        wanted,
        connection.scalars(select(User.name)),
        connection.scalars(select(Application.image)),
        (accounting_from_row(row) for row in connection.execute(GRANTS)),
        prune=prune,
    )


def current(connection: Connection) -> Declaration:
    """What the database holds now."""
    rows = (accounting_from_row(row) for row in connection.execute(GRANTS))
    return Declaration.of(
        connection.scalars(select(User.name)),
        connection.scalars(select(Application.image)),
        [Grant(row.user.name, row.application.image, row.application_policy) for row in rows],
    )


def carry_out(connection: Connection, plan: Plan) -> None:
    """Do what the plan says. The connection's transaction makes it all or nothing."""
    for batch in _batches([mapping_id for mapping_id, _ in plan.revoke]):
        connection.execute(delete(Accounting).where(Accounting.id.in_(batch)))
    for batch in _batches(plan.remove_users):
        connection.execute(delete(User).where(User.name.in_(batch)))
    for batch in _batches(plan.remove_applications):
        connection.execute(delete(Application).where(Application.image.in_(batch)))
    if plan.create_users:
        connection.execute(insert(User), [{"name": name} for name in plan.create_users])
    if plan.create_applications:
        images = [{"image": image} for image in plan.create_applications]
        connection.execute(insert(Application), images)
    _grant(connection, plan.grant)
    if plan.removals:
        remove_unused_policies(connection)


def _grant(connection: Connection, grants: Sequence[Grant]) -> None:
    if not grants:
        return
    users = {name: id for id, name in connection.execute(select(User.id, User.name))}
    query = select(Application.id, Application.image)
    applications = {image: id for id, image in connection.execute(query)}
    policies = _policies(connection, grants)
    connection.execute(
        insert(Accounting),
        [
            {
                "id": uuid.uuid4().hex,
                "user_id": users[grant.user],
                "application_id": applications[grant.application],
                "application_policy_id": policies[grant.policy],
            }
            for grant in grants
        ],
    )


def _policies(connection: Connection, grants: Sequence[Grant]) -> dict[PlainPolicy, int]:
    """The row of each policy that the grants need, made where it is missing."""
    query = select(ApplicationPolicy.id, *POLICY_COLUMNS)

    def known() -> dict[PlainPolicy, int]:
        return {policy_from_values(*row[1:]): row[0] for row in connection.execute(query)}

    present = known()
    missing = {grant.policy for grant in grants} - present.keys()
    if not missing:
        return present
    connection.execute(insert(ApplicationPolicy), [policy_values(policy) for policy in missing])
    return known()


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
