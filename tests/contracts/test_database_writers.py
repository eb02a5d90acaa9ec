"""Several processes at one database at once: SQLite and PostgreSQL, each for real."""

import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from remoteappmanager.db import bulk_files, orm_schema
from remoteappmanager.db.bulk import Declaration, Grant
from remoteappmanager.db.exceptions import Exists
from remoteappmanager.db.orm import Base, ORMDatabase
from remoteappmanager.db.values import make_policy
from remoteappmanager.exceptions import ServiceUnavailable
from tests.fixtures.postgresql import PostgreSQLServer

PROCESSES = 4
EACH = 15

#: What each process does: users and applications of its own, and one grant that all make.
WRITER = """
import sys
from remoteappmanager.db.orm import ORMDatabase
from remoteappmanager.exceptions import Exists
url, number, each = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = ORMDatabase(url)
plain = (None, False, False, None, False)
for name, create in (("shared", database.create_user), ("image", database.create_application)):
    try:
        create(name)
    except Exists:
        pass
print(database.grant_access("image", "shared", *plain))
for turn in range(each):
    user = f"user-{number}-{turn}"
    database.create_user(user)
    database.grant_access("image", user, *plain)
    database.grant_access("image", user, f"licence {turn}", True, True, "/a:/b:rw", True)
    if turn % 3 == 0:
        database.remove_user(user_name=user)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[ORMDatabase]:
    if request.param == "sqlite":
        database = ORMDatabase(f"sqlite:///{tmp_path}/accounting.db")
    else:
        server: PostgreSQLServer = request.getfixturevalue("postgresql")
        database = ORMDatabase(server.make_database("writers"))
    database.db.initialise()
    yield database
    database.db.engine.dispose()


def url_of(database: ORMDatabase) -> str:
    return database.db.url.render_as_string(hide_password=False)


def run_all(commands: list[list[str]]) -> list[str]:
    """Run them at one moment; what each printed. Any failure fails the test."""
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    printed = []
    for process in running:
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        printed.append(out)
    return printed


def test_several_processes_write_at_once(database: ORMDatabase) -> None:
    """Every change of every process is there, and what all made is there once."""
    url = url_of(database)
    printed = run_all(
        [[sys.executable, "-c", WRITER, url, str(n), str(EACH)] for n in range(PROCESSES)]
    )
    assert len(set(printed)) == 1, "all got the same mapping id for the same grant"
    expected = {"shared"} | {
        f"user-{n}-{turn}" for n in range(PROCESSES) for turn in range(EACH) if turn % 3
    }
    assert {user.name for user in database.list_users()} == expected
    assert len(database.list_accounting()) == 1 + 2 * (len(expected) - 1)
    database.check()


def test_two_applies_at_the_same_moment(database: ORMDatabase, tmp_path: pathlib.Path) -> None:
    """They leave the database as one of them would."""
    wanted = []
    for number in range(2):
        declaration = Declaration.of(
            users=[f"only{number}"],
            grants=[
                Grant(f"user{u}", f"image{a}", make_policy(f"licence {number}"))
                for u in range(number, 60 + number)
                for a in range(5)
            ],
        )
        wanted.append(declaration)
        (tmp_path / f"{number}.yaml").write_text(bulk_files.write(declaration, "yaml"))
    command = [sys.executable, "-m", "remoteappmanager.cli.remoteappdb", url_of(database), "apply"]
    for _ in range(3):
        run_all([[*command, str(tmp_path / f"{n}.yaml"), "--prune"] for n in range(2)])
        assert database.export() in wanted


def test_two_inits_at_the_same_moment(tmp_path: pathlib.Path) -> None:
    """One makes the file, the other is refused; the file is whole."""
    path = tmp_path / "new.db"
    command = [sys.executable, "-m", "remoteappmanager.cli.remoteappdb", str(path), "init"]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 1]
    assert sum("exists already" in error for error in errors) == 1
    ORMDatabase(f"sqlite:///{path}").check()


class TestPostgreSQL:
    def test_it_works_again_after_a_restart(self, postgresql: PostgreSQLServer) -> None:
        """An outage is ServiceUnavailable; when it is over, nothing of ours need be restarted."""
        with PostgreSQLServer() as server:
            database = ORMDatabase(server.url())
            database.db.initialise()
            database.create_user("alice")
            server.stop()
            for _ in range(2):
                with pytest.raises(ServiceUnavailable, match="The database"):
                    database.list_users()
            server.start()
            assert [user.name for user in database.list_users()] == ["alice"]
            database.db.engine.dispose()

    def test_a_writer_that_holds_its_turn_too_long(self, postgresql: PostgreSQLServer) -> None:
        """Others are told that the database is locked, after the busy timeout."""
        database = ORMDatabase(postgresql.make_database("busy"), busy_timeout=0.1)
        database.db.initialise()
        with database.db.writing():
            with pytest.raises(ServiceUnavailable, match="locked"):
                database.create_user("alice")
            assert database.list_users() == [], "readers do not wait"
        database.db.engine.dispose()

    def test_init_refuses_tables_that_exist(self, postgresql: PostgreSQLServer) -> None:
        """Nothing is ever replaced."""
        database = ORMDatabase(postgresql.make_database("initialised"))
        with pytest.raises(ServiceUnavailable, match="has no tables"):
            database.check()
        database.db.initialise()
        database.create_user("alice")
        with pytest.raises(Exists):
            database.db.initialise()
        assert database.count_users() == 1
        database.db.engine.dispose()

    def test_the_migrations_lead_to_the_models(self, postgresql: PostgreSQLServer) -> None:
        """A change of the models without a migration fails here, too."""
        database = ORMDatabase(postgresql.make_database("migrated"))
        with database.db.migrating() as connection:
            orm_schema.run_all_migrations(connection)
        with database.db.reading() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    "compare_server_default": True,
                    "include_name": lambda name, *_: name != orm_schema.VERSION_TABLE,
                },
            )
            assert compare_metadata(context, Base.metadata) == []
        assert database.db.upgrade() == ()
        database.check()
        database.db.engine.dispose()

    def test_the_tables_of_2x_are_recognised(self, postgresql: PostgreSQLServer) -> None:
        """Without a table of versions, on PostgreSQL as on SQLite."""
        database = ORMDatabase(postgresql.make_database("older"))
        database.db.initialise()
        with database.db.migrating() as connection:
            connection.execute(text(f"DROP TABLE {orm_schema.VERSION_TABLE}"))
            connection.execute(text("DROP INDEX ix_accounting_application_id"))
        database.check()
        database.create_user("alice")
        assert database.db.upgrade() == ("0003",)
        assert database.count_users() == 1
        database.db.engine.dispose()

    def test_a_database_of_1x_is_upgraded(self, postgresql: PostgreSQLServer) -> None:
        """Without loss; before it, the message says what to type."""
        database = ORMDatabase(postgresql.make_database("oldest"))
        database.db.initialise()
        database.create_user("alice")
        database.create_application("image")
        mapping_id = database.grant_access("image", "alice", None, True, False, None, False)
        with database.db.migrating() as connection:
            connection.execute(text(f"DROP TABLE {orm_schema.VERSION_TABLE}"))
            for column in ("app_license", "allow_startup_data"):
                connection.execute(text(f"ALTER TABLE application_policy DROP COLUMN {column}"))
        with pytest.raises(ServiceUnavailable, match="remoteappdb DB upgrade"):
            database.get_accounting_for_user_name("alice")
        assert database.db.upgrade() == ("0002", "0003")
        (found,) = database.get_accounting_for_user_name("alice")
        assert found.id == mapping_id
        database.db.engine.dispose()


def test_a_change_by_another_process_is_noticed(database: ORMDatabase) -> None:
    """A mark in one process shows what another one has written, and nothing that it undid."""
    mark = database.change_mark()
    mark.changed()
    assert not mark.changed()
    other = ORMDatabase(url_of(database))
    with pytest.raises(RuntimeError), other.db.writing() as connection:
        connection.execute(text("INSERT INTO \"user\" (name) VALUES ('undone')"))
        raise RuntimeError
    assert not mark.changed()
    subprocess.run(
        [sys.executable, "-c", WRITER, url_of(database), "1", "1"], check=True, capture_output=True
    )
    assert mark.changed()
    assert not mark.changed()
    mark.close()
    other.db.engine.dispose()
