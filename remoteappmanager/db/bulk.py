"""Many changes at once: what is wanted, and what has to be done for it.

Pure: a :class:`Declaration` says how the database should be, :func:`plan`
compares it with how it is. Reading files is ``bulk_files``' work, changing
the database each backend's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from remoteappmanager.db.values import PlainAccounting, PlainPolicy

#: Nothing is allowed but to run.
DEFAULT_POLICY = PlainPolicy()


@dataclasses.dataclass(frozen=True)
class Grant:
    """A grant before it has an id: who may run what, and how."""

    user: str
    application: str
    policy: PlainPolicy = DEFAULT_POLICY


@dataclasses.dataclass(frozen=True)
class Declaration:
    """How the database should be. The users and applications of grants are in it by themselves."""

    users: frozenset[str]
    applications: frozenset[str]
    grants: frozenset[Grant]

    @classmethod
    def of(
        cls,
        users: Iterable[str] = (),
        applications: Iterable[str] = (),
        grants: Iterable[Grant] = (),
    ) -> Declaration:
        """A declaration with the users and applications that the grants name."""
        grants = frozenset(grants)
        return cls(
            frozenset(users) | {grant.user for grant in grants},
            frozenset(applications) | {grant.application for grant in grants},
            grants,
        )


@dataclasses.dataclass(frozen=True)
class Plan:
    """What ``apply`` does, each part sorted. Removals are empty unless pruning."""

    create_users: tuple[str, ...] = ()
    create_applications: tuple[str, ...] = ()
    grant: tuple[Grant, ...] = ()
    remove_users: tuple[str, ...] = ()
    remove_applications: tuple[str, ...] = ()
    #: Mapping id and grant. The grants of removed users and applications are among them.
    revoke: tuple[tuple[str, Grant], ...] = ()
    #: How many users, applications and grants are in the database alone and are kept.
    kept: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.additions or self.removals)

    @property
    def additions(self) -> int:
        """How many things are made."""
        return len(self.create_users) + len(self.create_applications) + len(self.grant)

    @property
    def removals(self) -> int:
        """How many things are taken away."""
        return len(self.remove_users) + len(self.remove_applications) + len(self.revoke)


#: Told the plan before anything of it is done.
PlanListener = Callable[[Plan], None]


def plan(
    wanted: Declaration,
    users: Iterable[str],
    applications: Iterable[str],
    accounting: Iterable[PlainAccounting],
    *,
    prune: bool = False,
) -> Plan:
    """What it takes to get from the given users, applications and grants to ``wanted``."""
    present = {
        Grant(item.user.name, item.application.image, item.application_policy): item.id
        for item in accounting
    }
    users, applications = frozenset(users), frozenset(applications)
    # A file with the same grant twice, or one that two rows hold, counts once.
    surplus_users = sorted(users - wanted.users)
    surplus_applications = sorted(applications - wanted.applications)
    surplus_grants = sorted_grants(present.keys() - wanted.grants)
    kept = len(surplus_users) + len(surplus_applications) + len(surplus_grants)
    return Plan(
        create_users=tuple(sorted(wanted.users - users)),
        create_applications=tuple(sorted(wanted.applications - applications)),
        grant=tuple(sorted_grants(wanted.grants - present.keys())),
        remove_users=tuple(surplus_users) if prune else (),
        remove_applications=tuple(surplus_applications) if prune else (),
        revoke=tuple((present[grant], grant) for grant in surplus_grants) if prune else (),
        kept=0 if prune else kept,
    )


def sorted_grants(grants: Iterable[Grant]) -> list[Grant]:
    """Grants by user, application and policy; None comes before any text."""
    return sorted(
        grants,
        key=lambda grant: (
            grant.user,
            grant.application,
            [
                (value is not None, "" if value is None else str(value))
                for value in dataclasses.astuple(grant.policy)
            ],
        ),
    )
