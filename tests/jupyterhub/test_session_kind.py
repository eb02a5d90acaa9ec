"""The choice between the two processes."""

import pytest

from remoteappmanager.jupyterhub import session_kind


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"session": None}, None, id="null"),
        pytest.param({"session": "user"}, "user", id="user"),
        pytest.param({"session": "admin"}, "admin", id="admin"),
        pytest.param({"session": ["admin"]}, "admin", id="as a form sends it"),
        pytest.param({"cmd": ["sh"], "session": "user"}, "user", id="beside something else"),
    ],
)
def test_the_requested_kind_is_one_of_two_words(options, expected) -> None:
    """The choice is the word 'user' or 'admin', or nothing."""
    assert session_kind.requested_kind(options) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "root",
        "ADMIN",
        "admin ",
        "remoteappadmin",
        "/bin/sh",
        ["admin", "user"],
        [],
        [["admin"]],
        {"admin": 1},
        True,
        1,
        b"admin",
    ],
    ids=repr,
)
def test_anything_else_is_refused(value) -> None:
    """A session that is none of the words is an error that names the option."""
    with pytest.raises(ValueError, match="'session' must be"):
        session_kind.requested_kind({"session": value})


@pytest.mark.parametrize(
    ("requested", "is_admin", "granted"),
    [
        (None, False, "user"),
        ("user", False, "user"),
        ("admin", False, "user"),
        (None, True, "admin"),
        ("user", True, "user"),
        ("admin", True, "admin"),
    ],
)
def test_only_an_admin_gets_the_admin_process(requested, is_admin, granted) -> None:
    """Admins get what they choose, by default the admin process; others the user process."""
    assert session_kind.granted_kind(requested, is_admin=is_admin) == granted


def test_a_form_keeps_nothing_but_the_choice() -> None:
    """What a form or query sends beside the choice is dropped."""
    form = {"session": ["user"], "cmd": ["/bin/sh"], "_xsrf": ["x"]}
    assert session_kind.known_options(form) == {"session": ["user"]}
    assert session_kind.known_options({"session": [""]}) == {}
    assert session_kind.known_options({"cmd": ["x"]}) == {}


@pytest.mark.parametrize("selected", session_kind.KINDS)
def test_the_form_marks_the_selected_choice(selected) -> None:
    """The form offers both words and marks one; it has no script and no style."""
    form = session_kind.options_form(selected)
    assert form.count('type="radio"') == 2
    assert form.count(" checked") == 1
    marked = form[: form.index(" checked")].rpartition('value="')[2]
    assert marked.startswith(selected)
    assert "<script" not in form
    assert "style=" not in form
