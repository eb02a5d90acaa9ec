"""Declarations as files: what is written is read again, and a bad line is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remoteappmanager.db import bulk_files
from remoteappmanager.db.bulk import Declaration, Grant
from remoteappmanager.db.values import make_policy

EXAMPLE = """\
users: [carol, 007, no]
applications: [remoteapp/tiny]
grants:
  - application: remoteapp/veusz:latest
    users: [alice, bob]
    allow_home: true
    volume: /srv/data:/data:ro
  - application: remoteapp/tiny
    user: alice
    app_license: 27000@licences
    allow_view: yes
    allow_startup_data: true
"""


def test_yaml() -> None:
    """Users, applications and grants; names are what they look like."""
    found = bulk_files.read(EXAMPLE.encode(), "yaml")
    volume = make_policy(None, True, False, "/srv/data:/data:ro", False)
    assert found == Declaration.of(
        ["carol", "007", "no"],
        ["remoteapp/tiny"],
        [
            Grant("alice", "remoteapp/veusz:latest", volume),
            Grant("bob", "remoteapp/veusz:latest", volume),
            Grant(
                "alice", "remoteapp/tiny", make_policy("27000@licences", False, True, None, True)
            ),
        ],
    )


names = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
paths = st.from_regex(r"/[a-z]{1,5}", fullmatch=True)
volumes = st.none() | st.builds("{}:{}:{}".format, paths, paths, st.sampled_from(["ro", "rw"]))
licences = st.none() | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=20
)
policies = st.builds(make_policy, licences, st.booleans(), st.booleans(), volumes, st.booleans())
declarations = st.builds(
    Declaration.of,
    st.sets(names, max_size=4),
    st.sets(names, max_size=4),
    st.sets(st.builds(Grant, names, names, policies), max_size=6),
)


@pytest.mark.parametrize("kind", bulk_files.FORMATS)
@settings(max_examples=80, deadline=None)
@given(declaration=declarations)
def test_what_is_written_is_read_again(kind: str, declaration: Declaration) -> None:
    """``export`` gives the same file back: nothing is lost in either format."""
    assert bulk_files.read(bulk_files.write(declaration, kind).encode(), kind) == declaration


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "empty"),
        ("- a\n", 1, "list of keys"),
        ("users: [a]\nuser: [b]\n", 2, "unknown key 'user'"),
        ("users: [a]\nusers: [b]\n", 2, "twice"),
        ("users: alice\n", 1, "is a list"),
        ("users:\n - a\n - ''\n", 3, "is empty"),
        ("users:\n - a\n - ~\n", 3, "is empty"),
        ("users:\n - a\n - [b]\n", 3, "is a text"),
        ("grants:\n - user: a\n", 2, "no application"),
        ("grants:\n - application: a\n", 2, "either user or users"),
        ("grants:\n - {application: a, user: b, users: [c]}\n", 2, "either user or users"),
        ("grants:\n - application: a\n   user: b\n   allow_home: 1\n", 4, "true or false"),
        ("grants:\n - application: a\n   user: b\n   volume: /a:b:ro\n", 4, "absolute"),
        ("grants:\n - application: a\n   user: b\n   license: x\n", 4, "unknown key 'license'"),
        ("users: [a\nb: c\n", 2, "expected"),
        ("users:\n - a\n - \x00\n", 3, "character"),
    ],
)
def test_a_bad_line_is_named(text: str, line: int | None, reason: str) -> None:
    """ValueError with the line and what is wrong."""
    with pytest.raises(ValueError) as caught:
        bulk_files.read(text.encode(), "yaml")
    message = str(caught.value)
    assert reason in message
    assert line is None or message.startswith(f"line {line}: ")


def test_text_that_is_not_utf8() -> None:
    """The line is named."""
    with pytest.raises(ValueError, match="line 2: this is not UTF-8"):
        bulk_files.read(b"users:\n - Zo\xeb\n", "yaml")


def test_nested_beyond_reason() -> None:
    """A refusal, not a crash."""
    with pytest.raises(ValueError):
        bulk_files.read(b"[" * 100_000, "yaml")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.yaml", "yaml"), ("A.YML", "yaml"), ("a.csv", "csv"), ("a.txt", None), ("-", None)],
)
def test_the_name_tells_the_format(name: str, kind: str | None) -> None:
    """By its ending."""
    assert bulk_files.format_of(name) == kind
