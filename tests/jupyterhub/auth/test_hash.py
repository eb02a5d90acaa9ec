"""Password hashes."""

import io
import sys

import pytest

from remoteappmanager.jupyterhub.auth import hash as password_hash


@pytest.fixture(autouse=True)
def cheap(monkeypatch) -> None:
    """Hashes that cost less; their cost stands in them."""
    monkeypatch.setattr(password_hash, "_N", 2)


def test_a_hash_fits_its_password_alone() -> None:
    """The right password matches, any other does not, and the salt differs each time."""
    hashed = password_hash.make_hash("Sesam, öffne dich")
    assert password_hash.verify("Sesam, öffne dich", hashed)
    assert not password_hash.verify("sesam, öffne dich", hashed)
    assert not password_hash.verify("", hashed)
    assert hashed != password_hash.make_hash("Sesam, öffne dich")
    assert "Sesam" not in hashed


@pytest.mark.parametrize(
    "hashed",
    [
        "",
        "password",
        "scrypt$2$8$1$AAAA",
        "md5$2$8$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$3$8$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$2$8$1$AAAA$AAAA",
        "scrypt$2$0$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$1048576$80$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$2$8$1$*$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_what_is_no_hash_is_refused(hashed) -> None:
    """A plain password, a broken hash or one that would exhaust the Hub is an error."""
    with pytest.raises(ValueError, match="hash"):
        password_hash.verify("password", hashed)


def test_the_helper_reads_a_password_from_its_input(monkeypatch, capsys) -> None:
    """``... hash < FILE`` prints a hash of the first line."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    assert password_hash.main() == 0
    assert password_hash.verify("secret", capsys.readouterr().out.strip())


def test_the_helper_refuses_an_empty_password(monkeypatch, capsys) -> None:
    """An empty line is no password."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert password_hash.main() == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("again", "status"), [("secret", 0), ("secrte", 1)])
def test_the_helper_asks_twice(monkeypatch, capsys, again, status) -> None:
    """On a terminal the password is typed twice, unseen, and both must be the same."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    answers = iter(["secret", again])
    monkeypatch.setattr(password_hash.getpass, "getpass", lambda _prompt: next(answers))
    assert password_hash.main() == status
