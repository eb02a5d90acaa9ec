"""What every accounting database does, whatever is behind it (spec: accounting)."""

import contextlib
import dataclasses
import os
import pathlib
import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from remoteappmanager.db import csv_format
from remoteappmanager.db.bulk import Declaration, Grant
from remoteappmanager.db.csv_db import CSVDatabase
from remoteappmanager.db.exceptions import Exists, NotFound, UnsupportedOperation
from remoteappmanager.db.interfaces import ABCAccounting, ABCApplication, ABCDatabase
from remoteappmanager.db.orm import ORMDatabase
from remoteappmanager.db.values import PlainPolicy, make_policy
from tests.fakes.database import FakeDatabase
from tests.fixtures.postgresql import PostgreSQLServer

WRITABLE = ("sqlite", "memory", "postgresql", "fake")
READABLE = (*WRITABLE, "csv")

#: The arguments of grant_access after the two names, all different from the defaults.
FULL = ("27000@licences", True, True, "/srv/data:/data:ro", True)
PLAIN = (None, False, False, None, False)

#: What the reading tests find.
CONTENT = Declaration.of(
    users=["Zoë", "bob_99%"],
    applications=["unused/image"],
    grants=[
        Grant("alice", "image/b:1", make_policy(*PLAIN)),
        Grant("alice", "image/a:1", make_policy(*FULL)),
        Grant("carol", "image/a:1", make_policy(*PLAIN)),
    ],
)


@contextlib.contextmanager
def open_database(
    kind: str, tmp_path: pathlib.Path, request: pytest.FixtureRequest, content: Declaration
) -> Iterator[ABCDatabase]:
    """A database of that kind with that content."""
    if kind == "csv":
        path = tmp_path / "accounting.csv"
        path.write_text(csv_format.render(content), encoding="utf-8")
        yield CSVDatabase(path)
        return
    if kind == "fake":
        database: ABCDatabase = FakeDatabase()
        for user in sorted(content.users):
            database.create_user(user)
        for application in sorted(content.applications):
            database.create_application(application)
        for grant in content.grants:
            policy = grant.policy
            database.grant_access(
                grant.application,
                grant.user,
                policy.app_license,
                policy.allow_home,
                policy.allow_view,
                policy.volume,
                policy.allow_startup_data,
            )
        yield database
        return
    urls: dict[str, Callable[[], str]] = {
        "sqlite": lambda: f"sqlite:///{tmp_path}/accounting.db",
        "memory": lambda: "sqlite://",
        "postgresql": lambda: postgresql_url(request),
    }
    orm = ORMDatabase(urls[kind]())
    orm.db.reset()
    orm.apply(content)
    yield orm
    orm.db.engine.dispose()


def postgresql_url(request: pytest.FixtureRequest) -> str:
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    return server.url()


@pytest.fixture(params=READABLE)
def filled(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[ABCDatabase]:
    with open_database(request.param, tmp_path, request, CONTENT) as database:
        yield database


@pytest.fixture(params=WRITABLE)
def empty(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[ABCDatabase]:
    with open_database(request.param, tmp_path, request, Declaration.of()) as database:
        yield database


@pytest.fixture
def database(empty: ABCDatabase) -> ABCDatabase:
    """A database with one user and one application, ready to grant."""
    empty.create_user("alice")
    empty.create_application("image")
    return empty


def policy_fields(accounting: ABCAccounting) -> dict[str, object]:
    names = [field.name for field in dataclasses.fields(PlainPolicy)]
    return {name: getattr(accounting.application_policy, name) for name in names}


class TestReading:
    def test_a_user_is_found_by_name_and_by_id(self, filled: ABCDatabase) -> None:
        """A user with ``.id`` and ``.name``."""
        found = filled.get_user(user_name="alice")
        assert found.name == "alice"
        assert filled.get_user(id=found.id) == found

    def test_an_unknown_user_is_none(self, filled: ABCDatabase) -> None:
        """... or None."""
        assert filled.get_user(user_name="nobody") is None
        assert filled.get_user(id=987654321) is None
        assert filled.get_user(user_name="ALICE") is None

    @pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 100_000, "", "%", "' OR 1=1 --"])
    def test_names_that_nobody_has(self, filled: ABCDatabase, name: str) -> None:
        """Whatever is asked for, the answer is that there is none, not a failure."""
        assert filled.get_user(user_name=name) is None
        assert filled.get_accounting_for_user_name(name) == []
        assert filled.find_users(name + "\0")[1] == 0

    @pytest.mark.parametrize("id", [-1, 0, 2**31, 2**63, 2**200])
    def test_ids_that_nobody_has(self, filled: ABCDatabase, id: int) -> None:
        """... and so for numbers of any size."""
        assert filled.get_user(id=id) is None

    def test_a_user_is_asked_for_in_exactly_one_way(self, filled: ABCDatabase) -> None:
        """ValueError unless exactly one is given."""
        with pytest.raises(ValueError, match="exactly one"):
            filled.get_user()
        with pytest.raises(ValueError, match="exactly one"):
            filled.get_user(user_name="alice", id=1)

    def test_a_users_grants(self, filled: ABCDatabase) -> None:
        """A list of accounting, by image, with user, application and policy."""
        user = filled.get_user(user_name="alice")
        first, second = filled.get_accounting_for_user(user)
        assert [first.application.image, second.application.image] == ["image/a:1", "image/b:1"]
        assert isinstance(first, ABCAccounting)
        assert isinstance(first.application, ABCApplication)
        assert (first.user.id, first.user.name) == (user.id, "alice")
        assert policy_fields(first) == {
            "app_license": "27000@licences",
            "allow_home": True,
            "allow_view": True,
            "allow_common": True,
            "volume_source": "/srv/data",
            "volume_target": "/data",
            "volume_mode": "ro",
            "allow_startup_data": True,
        }
        assert policy_fields(second) == {
            **dict.fromkeys(policy_fields(second), False),
            **dict.fromkeys(("app_license", "volume_source", "volume_target", "volume_mode")),
        }

    def test_a_users_grants_by_name(self, filled: ABCDatabase) -> None:
        """The same, asked by name."""
        by_user = filled.get_accounting_for_user(filled.get_user(user_name="alice"))
        assert filled.get_accounting_for_user_name("alice") == by_user
        assert filled.get_accounting_for_user_name("Zoë") == []
        assert filled.get_accounting_for_user_name("nobody") == []

    def test_who_is_unknown_has_no_grants(self, filled: ABCDatabase) -> None:
        """``[]`` for None or an unknown user."""

        @dataclasses.dataclass
        class Somebody:
            id: int
            name: str

        assert filled.get_accounting_for_user(None) == []
        assert filled.get_accounting_for_user(Somebody(123456, "nobody")) == []

    def test_an_id_given_to_somebody_else_opens_nothing(self, filled: ABCDatabase) -> None:
        """The grants of a user are not those of another who has got the same id."""

        @dataclasses.dataclass
        class Former:
            id: int
            name: str

        alice = filled.get_user(user_name="alice")
        assert filled.get_accounting_for_user(Former(alice.id, "former")) == []

    def test_mapping_ids(self, filled: ABCDatabase) -> None:
        """The mapping id: 32 hex characters, one for each grant."""
        ids = [item.id for item in filled.list_accounting()]
        assert len(set(ids)) == 3
        assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)

    def test_lists(self, filled: ABCDatabase) -> None:
        """Lists of users and of applications, in order, with numbers as ids."""
        users, applications = filled.list_users(), filled.list_applications()
        assert [user.name for user in users] == ["Zoë", "alice", "bob_99%", "carol"]
        assert [a.image for a in applications] == ["image/a:1", "image/b:1", "unused/image"]
        for items in (users, applications):
            assert len({item.id for item in items}) == len(items)
            assert all(isinstance(item.id, int) and 0 < item.id < 2**53 for item in items)

    def test_all_grants(self, filled: ABCDatabase) -> None:
        """Every grant, by user and image."""
        found = [(item.user.name, item.application.image) for item in filled.list_accounting()]
        assert found == [("alice", "image/a:1"), ("alice", "image/b:1"), ("carol", "image/a:1")]

    @pytest.mark.parametrize(
        ("arguments", "names", "total"),
        [
            ({}, ["Zoë", "alice", "bob_99%", "carol"], 4),
            ({"limit": 2}, ["Zoë", "alice"], 4),
            ({"limit": 2, "offset": 3}, ["carol"], 4),
            ({"limit": 0}, [], 4),
            ({"offset": 9}, [], 4),
            ({"offset": 2**80}, [], 4),
            ({"limit": 2**80, "offset": 3}, ["carol"], 4),
            ({"descending": True, "limit": 1}, ["carol"], 4),
            ({"search": "O"}, ["Zoë", "bob_99%", "carol"], 3),
            ({"search": "O", "limit": 1, "offset": 1}, ["bob_99%"], 3),
            ({"search": "_9"}, ["bob_99%"], 1),
            ({"search": "%"}, ["bob_99%"], 1),
            ({"search": "zoë"}, ["Zoë"], 1),
            ({"search": "nobody"}, [], 0),
            ({"search": ""}, ["Zoë", "alice", "bob_99%", "carol"], 4),
        ],
    )
    def test_users_are_searched_sorted_and_paged(
        self, filled: ABCDatabase, arguments: dict, names: list[str], total: int
    ) -> None:
        """One page, and how many there are on all pages."""
        found, count = filled.find_users(**arguments)
        assert ([user.name for user in found], count) == (names, total)

    def test_applications_are_searched_sorted_and_paged(self, filled: ABCDatabase) -> None:
        """The same for applications."""
        found, count = filled.find_applications("IMAGE/", descending=True, limit=1)
        assert ([item.image for item in found], count) == (["image/b:1"], 2)
        by_id, _ = filled.find_applications(sort="id")
        assert [item.id for item in by_id] == sorted(item.id for item in by_id)

    def test_a_page_that_cannot_be(self, filled: ABCDatabase) -> None:
        """Unknown columns and negative pages are refused."""
        for wrong in ({"sort": "password"}, {"limit": -1}, {"offset": -1}):
            with pytest.raises(ValueError):
                filled.find_users(**wrong)
            with pytest.raises(ValueError):
                filled.find_applications(**wrong)

    def test_counts(self, filled: ABCDatabase) -> None:
        """How many users and applications there are."""
        assert (filled.count_users(), filled.count_applications()) == (4, 3)

    def test_a_good_database_passes_its_check(self, filled: ABCDatabase) -> None:
        """Nothing is raised."""
        filled.check()

    def test_values_are_usable_from_any_thread(self, filled: ABCDatabase) -> None:
        """Several threads at once get the same answers, and no lazy loads are needed."""
        expected = [vars(item) for item in filled.get_accounting_for_user_name("alice")]
        answers: list[object] = []

        def ask() -> None:
            found = filled.get_accounting_for_user_name("alice")
            answers.append([vars(item) for item in found])

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [expected] * 8


class TestUsers:
    def test_create(self, empty: ABCDatabase) -> None:
        """The new id."""
        id = empty.create_user("alice")
        assert empty.get_user(id=id).name == "alice"

    def test_create_twice(self, database: ABCDatabase) -> None:
        """exceptions.Exists."""
        with pytest.raises(Exists, match="alice"):
            database.create_user("alice")
        assert database.count_users() == 1

    @pytest.mark.parametrize("name", ["", "  ", " alice", "a\nb", "a\0b", "x" * 256, "\ud800"])
    def test_what_cannot_be_a_name(self, empty: ABCDatabase, name: str) -> None:
        """A name is 1 to 255 characters, no blanks around, no control characters."""
        with pytest.raises(ValueError):
            empty.create_user(name)
        with pytest.raises(ValueError):
            empty.create_application(name)

    @pytest.mark.parametrize(
        "name", ["<b>\"'&amp;", "a'; DROP TABLE user; --", "משתמש", "🧪", "x" * 255, "a b@c.de"]
    )
    def test_odd_names_are_names(self, empty: ABCDatabase, name: str) -> None:
        """What is text comes back as the same text."""
        empty.create_user(name)
        empty.create_application(name)
        empty.grant_access(name, name, *PLAIN)
        (accounting,) = empty.get_accounting_for_user_name(name)
        assert (accounting.user.name, accounting.application.image) == (name, name)

    @pytest.mark.parametrize("by", ["name", "id"])
    def test_remove(self, database: ABCDatabase, by: str) -> None:
        """A removed user is gone with all grants; the application stays."""
        database.grant_access("image", "alice", *PLAIN)
        user = database.get_user(user_name="alice")
        if by == "name":
            database.remove_user(user_name="alice")
        else:
            database.remove_user(id=user.id)
        assert database.list_users() == []
        assert database.list_accounting() == []
        assert database.get_accounting_for_user(user) == []
        assert database.count_applications() == 1

    def test_remove_the_absent(self, database: ABCDatabase) -> None:
        """Nothing happens if absent."""
        database.remove_user(user_name="nobody")
        database.remove_user(id=987654)
        assert database.count_users() == 1

    def test_remove_in_exactly_one_way(self, database: ABCDatabase) -> None:
        """ValueError unless exactly one is given."""
        with pytest.raises(ValueError):
            database.remove_user()
        with pytest.raises(ValueError):
            database.remove_user(user_name="alice", id=1)

    def test_ids_are_not_used_again(self, empty: ABCDatabase) -> None:
        """A stale page of the panel does not act on the next user."""
        first = empty.create_user("first")
        empty.remove_user(id=first)
        assert empty.create_user("second") != first


class TestApplications:
    def test_create(self, empty: ABCDatabase) -> None:
        """The new id."""
        id = empty.create_application("image")
        assert [(item.id, item.image) for item in empty.list_applications()] == [(id, "image")]

    def test_create_twice(self, database: ABCDatabase) -> None:
        """exceptions.Exists."""
        with pytest.raises(Exists, match="image"):
            database.create_application("image")

    @pytest.mark.parametrize("by", ["name", "id"])
    def test_remove(self, database: ABCDatabase, by: str) -> None:
        """A removed application is gone with all its grants; the user stays."""
        database.grant_access("image", "alice", *PLAIN)
        (application,) = database.list_applications()
        if by == "name":
            database.remove_application(app_name="image")
        else:
            database.remove_application(id=application.id)
        assert database.list_applications() == []
        assert database.get_accounting_for_user_name("alice") == []
        assert database.count_users() == 1

    def test_remove_the_absent(self, database: ABCDatabase) -> None:
        """Nothing happens if absent."""
        database.remove_application(app_name="nothing")
        database.remove_application(id=987654)
        assert database.count_applications() == 1

    def test_remove_in_exactly_one_way(self, database: ABCDatabase) -> None:
        """ValueError unless exactly one is given."""
        with pytest.raises(ValueError):
            database.remove_application()
        with pytest.raises(ValueError):
            database.remove_application(app_name="image", id=1)


class TestGrants:
    def test_grant(self, database: ABCDatabase) -> None:
        """The mapping id, and every option as it was given."""
        mapping_id = database.grant_access("image", "alice", *FULL)
        (found,) = database.get_accounting_for_user_name("alice")
        assert found.id == mapping_id
        assert policy_fields(found) == vars(make_policy(*FULL))

    def test_the_same_grant_twice(self, database: ABCDatabase) -> None:
        """Granting the same thing twice gives the same id."""
        for policy in (PLAIN, FULL):
            first = database.grant_access("image", "alice", *policy)
            assert database.grant_access("image", "alice", *policy) == first
        assert len(database.get_accounting_for_user_name("alice")) == 2

    def test_an_empty_licence_or_volume_is_none(self, database: ABCDatabase) -> None:
        """Forms send empty texts where nothing is meant."""
        first = database.grant_access("image", "alice", "", False, False, "", False)
        assert database.grant_access("image", "alice", *PLAIN) == first

    @pytest.mark.parametrize("position", range(5))
    def test_each_option_makes_another_grant(self, database: ABCDatabase, position: int) -> None:
        """One more policy for the pair."""
        changed = tuple(full if i == position else plain for i, (full, plain) in
                        enumerate(zip(FULL, PLAIN, strict=True)))  # fmt: skip
        first = database.grant_access("image", "alice", *PLAIN)
        second = database.grant_access("image", "alice", *changed)
        assert first != second
        database.revoke_access("image", "alice", *changed)
        assert [item.id for item in database.get_accounting_for_user_name("alice")] == [first]

    def test_a_grant_is_visible_at_the_next_look(self, database: ABCDatabase) -> None:
        """A user unknown before is known after, with no restart."""
        assert database.get_accounting_for_user_name("bob") == []
        database.create_user("bob")
        database.grant_access("image", "bob", *PLAIN)
        assert len(database.get_accounting_for_user_name("bob")) == 1

    def test_unknown_names(self, database: ABCDatabase) -> None:
        """exceptions.NotFound for the app or the user, naming it."""
        for act in (database.grant_access, database.revoke_access):
            with pytest.raises(NotFound, match="nothing"):
                act("nothing", "alice", *PLAIN)
            with pytest.raises(NotFound, match="nobody"):
                act("image", "nobody", *PLAIN)

    @pytest.mark.parametrize("text", ["a\0b", "\ud800", "2" * 50])
    def test_texts_that_name_nothing(self, database: ABCDatabase, text: str) -> None:
        """NotFound, and nothing happens, for texts that a database cannot even hold."""
        database.revoke_access_by_id(text)
        database.remove_user(user_name=text)
        database.remove_application(app_name=text)
        database.remove_user(id=2**70)
        for names in ((text, "alice"), ("image", text)):
            with pytest.raises(NotFound):
                database.grant_access(*names, *PLAIN)

    @pytest.mark.parametrize("text", ["a\0b", "\ud800"])
    def test_policies_that_cannot_be(self, database: ABCDatabase, text: str) -> None:
        """ValueError for a licence or a volume that no database can hold."""
        for licence, volume in ((text, None), (None, f"/{text}:/b:ro")):
            with pytest.raises(ValueError):
                database.grant_access("image", "alice", licence, False, False, volume, False)

    @pytest.mark.parametrize(
        "volume",
        ["/a", "/a:/b", "/a:/b:rx", "a:/b:ro", "/a:b:ro", "/a:/b:ro:z", "::", ":/b:ro", "/a::rw"],
    )
    def test_volumes_that_are_none(self, database: ABCDatabase, volume: str) -> None:
        """ValueError for the volume string."""
        for act in (database.grant_access, database.revoke_access):
            with pytest.raises(ValueError):
                act("image", "alice", None, False, False, volume, False)
        assert database.get_accounting_for_user_name("alice") == []

    def test_revoke(self, database: ABCDatabase) -> None:
        """Exactly that grant, nobody else's."""
        database.create_user("bob")
        for user in ("alice", "bob"):
            database.grant_access("image", user, *FULL)
        database.revoke_access("image", "alice", *FULL)
        assert database.get_accounting_for_user_name("alice") == []
        assert len(database.get_accounting_for_user_name("bob")) == 1

    def test_revoke_what_is_not_granted(self, database: ABCDatabase) -> None:
        """exceptions.NotFound."""
        database.grant_access("image", "alice", *PLAIN)
        with pytest.raises(NotFound):
            database.revoke_access("image", "alice", *FULL)

    def test_revoke_by_id(self, database: ABCDatabase) -> None:
        """Nothing; nothing happens if absent."""
        mapping_id = database.grant_access("image", "alice", *PLAIN)
        for _ in range(2):
            database.revoke_access_by_id(mapping_id)
        database.revoke_access_by_id("0" * 32)
        assert database.get_accounting_for_user_name("alice") == []

    def test_revoke_all(self, database: ABCDatabase) -> None:
        """All of the pair's grants, and only those."""
        database.create_application("other")
        for application, policy in (("image", PLAIN), ("image", FULL), ("other", PLAIN)):
            database.grant_access(application, "alice", *policy)
        assert database.revoke_all("image", "alice") == 2
        (left,) = database.get_accounting_for_user_name("alice")
        assert left.application.image == "other"
        for application, user in (("image", "alice"), ("nothing", "alice"), ("image", "nobody")):
            with pytest.raises(NotFound):
                database.revoke_all(application, user)

    def test_threads_that_grant_the_same(self, database: ABCDatabase) -> None:
        """Two who grant the same at the same moment get the same id."""
        ids: list[str] = []

        def grant() -> None:
            ids.append(database.grant_access("image", "alice", *FULL))

        threads = [threading.Thread(target=grant) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 8
        assert len(set(ids)) == 1


class TestReadOnly:
    @pytest.mark.parametrize(
        ("method", "arguments", "keywords"),
        [
            ("create_user", ["x"], {}),
            ("remove_user", [], {"user_name": "alice"}),
            ("create_application", ["x"], {}),
            ("remove_application", [], {"app_name": "image/a:1"}),
            ("grant_access", ["image/b:1", "carol", *PLAIN], {}),
            ("revoke_access", ["image/a:1", "carol", *PLAIN], {}),
            ("revoke_access_by_id", ["0" * 32], {}),
            ("revoke_all", ["image/a:1", "carol"], {}),
        ],
    )
    def test_every_writing_method_refuses(
        self,
        tmp_path: pathlib.Path,
        request: pytest.FixtureRequest,
        method: str,
        arguments: list,
        keywords: dict,
    ) -> None:
        """A backend that cannot write raises UnsupportedOperation, and says so before."""
        with open_database("csv", tmp_path, request, CONTENT) as database:
            before = os.stat(tmp_path / "accounting.csv")
            assert database.read_only
            with pytest.raises(UnsupportedOperation):
                getattr(database, method)(*arguments, **keywords)
            assert os.stat(tmp_path / "accounting.csv").st_mtime_ns == before.st_mtime_ns
            assert len(database.list_accounting()) == 3

    def test_the_others_say_that_they_can(self, empty: ABCDatabase) -> None:
        """The panel's writing controls depend on it."""
        assert not empty.read_only


def soon(probe: Callable[[], bool]) -> bool:
    """Whether it becomes true: PostgreSQL's notifications take their way."""
    deadline = time.monotonic() + 2
    while not (found := probe()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


class TestChangeMark:
    def test_every_change_is_noticed_once(self, database: ABCDatabase) -> None:
        """Whatever is written shows in the mark, and reading does not."""
        mark = database.change_mark()
        mark.changed()  # what was before does not matter
        acts: list[Callable[[], object]] = [
            lambda: database.create_user("bob"),
            lambda: database.grant_access("image", "bob", *FULL),
            lambda: database.revoke_access("image", "bob", *FULL),
            lambda: database.remove_user(user_name="bob"),
        ]
        for act in acts:
            assert not mark.changed()
            act()
            assert soon(mark.changed)
            database.get_accounting_for_user_name("alice")
        assert not mark.changed()
        mark.close()
        mark.close()

    def test_csv(self, tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> None:
        """A file that was edited, or replaced by another, has changed."""
        with open_database("csv", tmp_path, request, CONTENT) as database:
            mark = database.change_mark()
            path = tmp_path / "accounting.csv"
            text = path.read_text(encoding="utf-8")
            assert not mark.changed()
            path.write_text(f"{text}\n", encoding="utf-8")
            assert mark.changed()
            (tmp_path / "new").write_text(text, encoding="utf-8")
            os.replace(tmp_path / "new", path)
            assert mark.changed()
            assert not mark.changed()
            path.unlink()
            assert mark.changed()
            mark.close()
