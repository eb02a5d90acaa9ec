"""Plans: the difference between what is and what is wanted."""

from remoteappmanager.db.bulk import Declaration, Grant, Plan, plan
from remoteappmanager.db.values import (
    PlainAccounting,
    PlainApplication,
    PlainUser,
    make_policy,
)

HOME = make_policy(None, True)
ROW = PlainAccounting("f" * 32, PlainUser(1, "alice"), PlainApplication(1, "image"), HOME)
WANTED = Declaration.of(["bob"], ["other"], [Grant("carol", "image", HOME)])


def test_from_nothing() -> None:
    """Everything is made; who is named in a grant need not be listed."""
    assert plan(WANTED, [], [], []) == Plan(
        create_users=("bob", "carol"),
        create_applications=("image", "other"),
        grant=(Grant("carol", "image", HOME),),
    )


def test_what_is_there_is_left() -> None:
    """Nothing to do."""
    wanted = Declaration.of(grants=[Grant("alice", "image", HOME)])
    assert plan(wanted, ["alice"], ["image"], [ROW], prune=True).is_empty


def test_without_prune_nothing_is_removed() -> None:
    """What the database has alone is counted and kept."""
    found = plan(WANTED, ["alice", "bob"], ["image", "spare"], [ROW])
    assert (found.removals, found.kept) == (0, 3)
    assert found.create_users == ("carol",)


def test_prune() -> None:
    """With prune it is removed."""
    found = plan(WANTED, ["alice", "bob"], ["image", "spare"], [ROW], prune=True)
    assert found.remove_users == ("alice",)
    assert found.remove_applications == ("spare",)
    assert found.revoke == (("f" * 32, Grant("alice", "image", HOME)),)
    assert (found.removals, found.kept) == (3, 0)


def test_another_policy_is_another_grant() -> None:
    """A changed policy is one more grant; with prune the old one goes."""
    wanted = Declaration.of(grants=[Grant("alice", "image")])
    assert plan(wanted, ["alice"], ["image"], [ROW]).grant == (Grant("alice", "image"),)
    assert len(plan(wanted, ["alice"], ["image"], [ROW], prune=True).revoke) == 1
