"""What is SQL's own: how many queries, what is left behind, who waits for whom."""

import pathlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, func, select

from remoteappmanager.db.bulk import Declaration, Grant
from remoteappmanager.db.exceptions import NotFound, UnsupportedOperation
from remoteappmanager.db.orm import (
    Accounting,
    Application,
    ApplicationPolicy,
    ORMDatabase,
    User,
    accounting_for_user,
    detached_session,
    transaction,
)
from remoteappmanager.db.values import make_policy
from remoteappmanager.exceptions import ServiceUnavailable

PLAIN = (None, False, False, None, False)


@pytest.fixture
def database(tmp_path: pathlib.Path) -> Iterator[ORMDatabase]:
    database = ORMDatabase(f"sqlite:///{tmp_path}/accounting.db")
    database.db.initialise()
    yield database
    database.db.engine.dispose()


@pytest.fixture
def statements(database: ORMDatabase) -> list[str]:
    """Every statement that the database gets from now on."""
    seen: list[str] = []
    database.check()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(database.db.engine, "before_cursor_execute", note)
    return seen


def fill(database: ORMDatabase, users: int, applications: int) -> None:
    database.apply(
        Declaration.of(
            grants=[
                Grant(f"user{u:05}", f"image{a:03}", make_policy(*PLAIN))
                for u in range(users)
                for a in range(applications)
            ]
        )
    )


def count(database: ORMDatabase, model: type) -> int:
    with detached_session(database.db) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


class TestQueries:
    @pytest.mark.parametrize("applications", [0, 1, 50])
    def test_a_users_grants_are_one_query(
        self, database: ORMDatabase, statements: list[str], applications: int
    ) -> None:
        """``get_accounting_for_user_name`` is one query, whatever the number of grants."""
        fill(database, 3, applications)
        statements.clear()
        assert len(database.get_accounting_for_user_name("user00001")) == applications
        assert len(statements) == 1

    @pytest.mark.parametrize(
        ("method", "arguments", "queries"),
        [
            ("get_user", {"user_name": "user00001"}, 1),
            ("list_users", {}, 1),
            ("list_applications", {}, 1),
            ("list_accounting", {}, 1),
            ("count_users", {}, 1),
            ("count_applications", {}, 1),
            ("find_users", {"search": "9", "limit": 5}, 2),
            ("find_applications", {"limit": 5, "offset": 5}, 2),
        ],
    )
    @pytest.mark.parametrize("users", [2, 200])
    def test_questions_cost_the_same_at_any_size(
        self,
        database: ORMDatabase,
        statements: list[str],
        method: str,
        arguments: dict,
        queries: int,
        users: int,
    ) -> None:
        """The number of queries does not depend on the number of users."""
        fill(database, users, 10)
        statements.clear()
        getattr(database, method)(**arguments)
        assert len(statements) == queries

    def test_applying_costs_few_statements(
        self, database: ORMDatabase, statements: list[str]
    ) -> None:
        """A thousand grants are not a thousand statements."""
        fill(database, 100, 10)
        assert len(statements) < 30


class TestPolicies:
    def test_equal_policies_are_one_row(self, database: ORMDatabase) -> None:
        """Grants with equal policies share it."""
        fill(database, 20, 5)
        database.create_user("alice")
        database.grant_access("image001", "alice", *PLAIN)
        assert count(database, ApplicationPolicy) == 1

    @pytest.mark.parametrize(
        "act",
        [
            lambda db, id: db.revoke_access_by_id(id),
            lambda db, id: db.revoke_access("image", "alice", "x", True, False, None, False),
            lambda db, id: db.revoke_all("image", "alice"),
            lambda db, id: db.remove_user(user_name="alice"),
            lambda db, id: db.remove_application(app_name="image"),
            lambda db, id: db.apply(Declaration.of(), prune=True),
        ],
    )
    def test_unused_policies_go(self, database: ORMDatabase, act: Any) -> None:
        """Policies that no grant uses any more are removed."""
        database.create_user("alice")
        database.create_application("image")
        mapping_id = database.grant_access("image", "alice", "x", True, False, None, False)
        act(database, mapping_id)
        assert count(database, Accounting) == 0
        assert count(database, ApplicationPolicy) == 0

    def test_one_row_per_triple(self, database: ORMDatabase) -> None:
        """The database itself refuses the same grant twice."""
        fill(database, 1, 1)
        with sqlite3.connect(str(database.db.path)) as raw, pytest.raises(sqlite3.IntegrityError):
            raw.execute(
                "INSERT INTO accounting SELECT 'other', user_id, application_id, "
                "application_policy_id FROM accounting"
            )

    @pytest.mark.parametrize(
        ("column", "value"), [("app_license", ""), ("volume_source", ""), ("allow_common", 0)]
    )
    def test_what_the_original_left_is_read_as_it_was_meant(
        self, database: ORMDatabase, column: str, value: Any
    ) -> None:
        """Empty texts are nothing; a volume that is not whole or not allowed is none."""
        database.create_user("alice")
        database.create_application("image")
        database.grant_access("image", "alice", "x", False, False, "/a:/b:ro", False)
        with sqlite3.connect(str(database.db.path)) as raw:
            raw.execute(f"UPDATE application_policy SET {column} = ?", [value])
        (found,) = database.get_accounting_for_user_name("alice")
        policy = found.application_policy
        if column == "app_license":
            assert policy.app_license is None
            assert policy.volume == "/a:/b:ro"
        else:
            assert (policy.allow_common, policy.volume) == (False, None)


class TestRights:
    def test_a_change_of_what_may_only_be_read(self, database: ORMDatabase) -> None:
        """UnsupportedOperation, as of any backend that cannot write."""
        database.create_user("alice")
        database.create_application("image")
        mapping_id = database.grant_access("image", "alice", *PLAIN)

        def forbid(connection: Any, *rest: Any) -> None:
            connection.execute("PRAGMA query_only = ON")

        database.db.engine.dispose()
        event.listen(database.db.engine, "connect", forbid)
        with pytest.raises(UnsupportedOperation, match="read-only"):
            database.create_user("bob")
        assert database.grant_access("image", "alice", *PLAIN) == mapping_id

    def test_a_grant_that_is_there_needs_no_turn(self, database: ORMDatabase) -> None:
        """Who logs in does not wait for somebody who writes."""
        database.create_user("alice")
        database.create_application("image")
        mapping_id = database.grant_access("image", "alice", *PLAIN)
        with sqlite3.connect(str(database.db.path), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            assert database.grant_access("image", "alice", *PLAIN) == mapping_id
            other.execute("ROLLBACK")


class TestApply:
    WANTED = Declaration.of(
        users=["bob"],
        applications=["spare"],
        grants=[Grant("alice", "image", make_policy(None, True, False, "/a:/b:ro", False))],
    )

    def test_apply_and_export(self, database: ORMDatabase) -> None:
        """What was applied is what is exported."""
        plan = database.apply(self.WANTED)
        assert plan.additions == 5
        assert database.export() == self.WANTED

    def test_applying_again_changes_nothing(
        self, database: ORMDatabase, statements: list[str]
    ) -> None:
        """The second time there is nothing to do, and nothing is written."""
        database.apply(self.WANTED)
        (before,) = database.list_accounting()
        statements.clear()
        assert database.apply(self.WANTED, prune=True).is_empty
        assert all(statement.startswith("SELECT") for statement in statements)
        assert database.list_accounting() == [before]

    def test_without_prune_nothing_is_removed(self, database: ORMDatabase) -> None:
        """Only --prune removes."""
        fill(database, 2, 2)
        plan = database.apply(self.WANTED)
        assert (plan.removals, plan.kept) == (0, 8)
        assert (database.count_users(), database.count_applications()) == (4, 4)

    def test_prune(self, database: ORMDatabase) -> None:
        """With prune, the database is what was declared; the kept grants keep their ids."""
        database.apply(self.WANTED)
        (before,) = database.list_accounting()
        fill(database, 3, 2)
        plan = database.apply(self.WANTED, prune=True)
        assert plan.removals == 3 + 2 + 6
        assert database.export() == self.WANTED
        assert database.list_accounting() == [before]

    def test_dry_run(self, database: ORMDatabase) -> None:
        """The plan, and nothing else."""
        plan = database.apply(self.WANTED, dry_run=True)
        assert plan.additions == 5
        assert database.export() == Declaration.of()

    def test_the_plan_comes_first(self, database: ORMDatabase) -> None:
        """The listener is told before anything is done; what it raises undoes everything."""

        def refuse(plan: Any) -> None:
            raise BrokenPipeError("nobody reads")

        with pytest.raises(BrokenPipeError):
            database.apply(self.WANTED, on_plan=refuse)
        assert database.export() == Declaration.of()

    def test_all_or_nothing(self, database: ORMDatabase) -> None:
        """A failure in the middle leaves nothing behind."""
        with sqlite3.connect(str(database.db.path)) as raw:
            raw.execute(
                "CREATE TRIGGER no BEFORE INSERT ON accounting BEGIN "
                "SELECT RAISE(ABORT, 'no room'); END"
            )
        with pytest.raises(Exception, match="no room"):
            database.apply(self.WANTED)
        assert database.export() == Declaration.of()

    def test_more_than_one_batch_is_pruned(self, database: ORMDatabase) -> None:
        """Any number is removed."""
        fill(database, 700, 1)
        database.apply(Declaration.of(), prune=True)
        assert database.export() == Declaration.of()


class TestOutage:
    def test_constructing_connects_to_nothing(self) -> None:
        """An outage is an error of a question, not a process that does not start."""
        database = ORMDatabase("postgresql://nobody@/none?host=/nonexistent")
        with pytest.raises(ServiceUnavailable, match="The database"):
            database.list_users()

    def test_a_missing_file(self, tmp_path: pathlib.Path) -> None:
        """Never created; the check names it, a user is told less."""
        path = tmp_path / "missing.db"
        database = ORMDatabase(f"sqlite:///{path}")
        for act in (database.check, database.db.create_session):
            with pytest.raises(IOError, match=r"missing\.db"):
                act()
        for ask in (database.list_users, lambda: database.create_user("alice")):
            with pytest.raises(ServiceUnavailable) as caught:
                ask()
            assert "missing.db" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_it_works_when_the_file_is_there(self, tmp_path: pathlib.Path) -> None:
        """No restart is needed after an outage."""
        database = ORMDatabase(f"sqlite:///{tmp_path}/later.db")
        with pytest.raises(ServiceUnavailable):
            database.list_users()
        ORMDatabase(f"sqlite:///{tmp_path}/later.db").db.initialise()
        assert database.list_users() == []

    def test_a_url_that_is_none(self) -> None:
        """ValueError."""
        for url in ("nonsense", "mongodb://x", "postgresql+nothing://x"):
            with pytest.raises(ValueError):
                ORMDatabase(url)


class TestHelpers:
    def test_documented_helpers(self, database: ORMDatabase) -> None:
        """Scripts written for the original find what they use."""
        fill(database, 1, 2)
        with database.db.create_session() as session:
            user = User.from_id(session, 1)
            assert user.name == "user00000"
            assert Application.from_image_name(session, "image001").id == 2
            grants = accounting_for_user(session, user)
            assert [grant.application.image for grant in grants] == ["image000", "image001"]
            assert accounting_for_user(session, None) == []
            with pytest.raises(NotFound):
                User.from_id(session, 99)
            with pytest.raises(NotFound):
                Application.from_image_name(session, "nothing")

    def test_transaction(self, database: ORMDatabase) -> None:
        """Committed at the end, undone on an error."""
        with database.db.create_session() as session, transaction(session):
            session.add(User(name="kept"))
        with (
            pytest.raises(RuntimeError),
            database.db.create_session() as session,
            transaction(session),
        ):
            session.add(User(name="undone"))
            session.flush()
            raise RuntimeError
        assert [user.name for user in database.list_users()] == ["kept"]

    def test_detached_session(self, database: ORMDatabase) -> None:
        """Its objects stay usable after its end."""
        fill(database, 1, 1)
        with detached_session(database.db) as session:
            user = session.scalar(select(User))
        assert user is not None
        assert user.name == "user00000"

    def test_removing_in_a_session_cascades(self, database: ORMDatabase) -> None:
        """Foreign keys are on for every connection."""
        fill(database, 1, 3)
        with database.db.create_session() as session, transaction(session):
            session.delete(session.get_one(User, 1))
        assert count(database, Accounting) == 0
